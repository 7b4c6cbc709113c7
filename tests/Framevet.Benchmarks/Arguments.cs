using System.Globalization;

namespace Framevet.Benchmarks;

/// <summary>Arguments of a runner: <c>--name value</c>, or a name alone.</summary>
internal sealed class Arguments(string[] all)
{
    /// <summary>A whole number, or what it is by default.</summary>
    public int Number(string name, int fallback) => Find(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

    /// <summary>Whether a name without a value is there.</summary>
    public bool Has(string name) => all.Contains(name);

    /// <summary>A text, or what it is by default.</summary>
    public string Text(string name, string fallback) => Find(name) ?? fallback;

    /// <summary>The data folder of <c>--folder</c>, made when it is not there; a temporary one by default.</summary>
    public string Folder() => Directory.CreateDirectory(Find("--folder") ?? Directory.CreateTempSubdirectory("framevet-bench-").FullName).FullName;

    private string? Find(string name)
    {
        var at = Array.IndexOf(all, name);
        return at >= 0 && at + 1 < all.Length ? all[at + 1] : null;
    }
}
