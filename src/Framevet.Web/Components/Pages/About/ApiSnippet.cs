using System.Collections.Immutable;

namespace Framevet.Web.Components.Pages.About;

/// <summary>An example of the API in one language: a file that tests run as it is.</summary>
internal sealed record ApiSnippet(string Id, string Title, string Text)
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<ApiSnippet> All { get; } = [Load("curl", "curl", "quickstart.sh"), Load("csharp", "C#", "QuickStart.cs"), Load("python", "Python", "quickstart.py")];

    private static ApiSnippet Load(string id, string title, string file)
    {
        using var stream = typeof(ApiSnippet).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return new ApiSnippet(id, title, reader.ReadToEnd().TrimEnd());
    }
}
