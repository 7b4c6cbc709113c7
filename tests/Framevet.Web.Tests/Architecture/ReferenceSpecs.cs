using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;

namespace Framevet.Web.Tests.Architecture;

/// <summary>Who may know whom.</summary>
public sealed class ReferenceSpecs
{
    private static readonly string[] ForbiddenInPipeline = ["EntityFramework", "AspNetCore", "Quartz", "SignalR", "Radzen", "Sqlite", "Npgsql"];

    [Fact]
    public void The_pipeline_assembly_uses_no_database_and_no_web_server() =>
        Product.Pipeline.GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(IsForbiddenInPipeline)
            .ShouldBeNone("Framevet.Pipeline must not use these assemblies:");

    [Fact]
    public void The_pipeline_project_resolves_no_database_and_no_web_server_package()
    {
        using var stream = File.OpenRead(ProjectFile("Framevet.Pipeline", "packages.lock.json"));
        using var json = JsonDocument.Parse(stream);
        var packages = json.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(framework => framework.Value.EnumerateObject())
            .Select(package => package.Name)
            .ToList();

        packages.ShouldNotBeEmpty();
        packages.Where(IsForbiddenInPipeline).ShouldBeNone("src/Framevet.Pipeline/packages.lock.json must not hold:");
        References("Framevet.Pipeline", "FrameworkReference").ShouldBeNone("Framevet.Pipeline must not reference a shared framework:");
    }

    [Theory]
    [InlineData("Framevet.Pipeline", "")]
    [InlineData("Framevet.Client", "")]
    [InlineData("Framevet.Data", "Framevet.Pipeline")]
    [InlineData("Framevet.Cli", "Framevet.Pipeline")]
    [InlineData("Framevet.Web", "Framevet.Data Framevet.Pipeline")]
    public void A_project_references_only_what_the_layout_allows(string project, string allowed) =>
        References(project, "ProjectReference")
            .Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
            .Where(name => name.StartsWith("Framevet.", StringComparison.Ordinal))
            .Except(allowed.Split(' '))
            .Select(name => $"src/{project}/{project}.csproj: {name}")
            .ShouldBeNone($"{project} may reference only: {allowed}");

    [Fact]
    public void Only_the_browser_tests_carry_playwright() =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Where(path => File.ReadAllText(path).Contains("Include=\"Microsoft.Playwright\"", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension)
            .Except(["Framevet.Browser.Tests"])
            .ShouldBeNone("Playwright's driver is large, so only Framevet.Browser.Tests may reference it:");

    private static bool IsForbiddenInPipeline(string name) =>
        ForbiddenInPipeline.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> References(string project, string element) =>
        XDocument.Load(ProjectFile(project, $"{project}.csproj")).Descendants(element).Select(e => (string)e.Attribute("Include")!);

    private static string ProjectFile(string project, string file) => Path.Combine(SourceTree.Root, "src", project, file);
}

/// <summary>The five assemblies of the product.</summary>
internal static class Product
{
    public static Assembly Pipeline { get; } = Assembly.Load("Framevet.Pipeline");

    public static IReadOnlyList<Assembly> Assemblies { get; } =
        [Pipeline, Assembly.Load("Framevet.Client"), Assembly.Load("Framevet.Data"), Assembly.Load("Framevet.Web"), Assembly.Load("framevet")];
}
