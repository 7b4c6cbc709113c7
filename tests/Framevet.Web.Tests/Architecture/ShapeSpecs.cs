namespace Framevet.Web.Tests.Architecture;

/// <summary>How long a file may be and what things may be called.</summary>
public sealed class ShapeSpecs
{
    private const int MaxCodeLines = 400;
    private const int MaxRazorLines = 200;

    private static readonly string[] ForbiddenFolders = ["Helpers", "Common", "Utils", "Interfaces", "Models", "Services"];

    /// <summary>Neural models are a subject; a folder of plain data classes is not.</summary>
    private static readonly string[] AllowedFolders = ["src/Framevet.Pipeline/Models", "src/Framevet.Web/Components/Pages/Models"];

    private static readonly string[] ForbiddenSuffixes =
        ["Helper", "Helpers", "Util", "Utils", "Manager", "Processor", "Handler", "Impl", "Base", "Info", "Data", "Wrapper"];

    /// <summary>Names of the design itself.</summary>
    private static readonly string[] AllowedNames = ["MediaInfo", "PartInfo", "TimeBase"];

    [Fact]
    public void A_code_file_fits_the_hard_limit() =>
        TooLong(".cs", MaxCodeLines).ShouldBeNone($"A .cs file has at most {MaxCodeLines} lines:");

    [Fact]
    public void A_razor_file_fits_the_hard_limit() =>
        TooLong(".razor", MaxRazorLines).ShouldBeNone($"A .razor file has at most {MaxRazorLines} lines:");

    [Fact]
    public void Folders_are_named_after_a_subject() =>
        SourceTree.Folders()
            .Where(path => ForbiddenFolders.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase) && !AllowedFolders.Contains(path))
            .ShouldBeNone("These folder names say nothing; name the noun:");

    [Fact]
    public void No_type_hides_its_purpose_behind_an_empty_suffix() =>
        OwnTypes()
            .Where(t => ForbiddenSuffixes.Any(suffix => PlainName(t).EndsWith(suffix, StringComparison.Ordinal)))
            .Where(t => !AllowedNames.Contains(PlainName(t)) && !IsHandlerOfTheFramework(t))
            .Select(Where)
            .ShouldBeNone($"A type name ends in none of {string.Join(", ", ForbiddenSuffixes)}:");

    [Fact]
    public void No_type_is_called_like_a_namespace()
    {
        var segments = OwnTypes().SelectMany(t => t.Namespace!.Split('.')).ToHashSet(StringComparer.Ordinal);

        OwnTypes()
            .Where(t => segments.Contains(PlainName(t)))
            .Select(Where)
            .ShouldBeNone("A type named like a namespace segment makes both hard to refer to:");
    }

    private static IEnumerable<string> TooLong(string extension, int limit) =>
        SourceTree.Files
            .Where(f => f.Path.EndsWith(extension, StringComparison.Ordinal) && !f.Path.Contains("/Migrations/", StringComparison.Ordinal))
            .Where(f => f.LineCount > limit)
            .Select(f => $"{f.Path}:{f.LineCount}: {f.LineCount} lines");

    /// <summary>Types that people wrote: in our namespaces, not made by the compiler, not migrations.</summary>
    private static IEnumerable<Type> OwnTypes() =>
        Product.Assemblies
            .SelectMany(a => a.GetTypes())
            .Where(t => t.Namespace?.StartsWith("Framevet.", StringComparison.Ordinal) == true)
            .Where(t => !t.Name.Contains('<') && t.DeclaringType?.Name.Contains('<') != true)
            .Where(t => !t.Namespace!.Contains(".Migrations", StringComparison.Ordinal));

    private static string PlainName(Type type) => type.Name.Split('`')[0];

    /// <summary>ASP.NET Core and HttpClient call their extension points handlers; a type derived from one is called so too.</summary>
    private static bool IsHandlerOfTheFramework(Type type)
    {
        bool Framework(Type t) => t.Namespace is { } ns
            && (ns.StartsWith("Microsoft.", StringComparison.Ordinal) || ns.StartsWith("System.Net.Http", StringComparison.Ordinal));

        if (!PlainName(type).EndsWith("Handler", StringComparison.Ordinal))
        {
            return false;
        }

        for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            if (Framework(parent))
            {
                return true;
            }
        }

        return type.GetInterfaces().Any(Framework);
    }

    /// <summary>File and line of the declaration where the sources show it, else the full name.</summary>
    private static string Where(Type type)
    {
        var pattern = new System.Text.RegularExpressions.Regex(
            $@"\b(class|struct|interface|enum|record|delegate\s+\S+)\s+{System.Text.RegularExpressions.Regex.Escape(PlainName(type))}\b");
        var line = SourceTree.Files
            .Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => f.Lines)
            .FirstOrDefault(l => pattern.IsMatch(l.Code));
        var razor = SourceTree.Files.FirstOrDefault(f => f.Name == $"{PlainName(type)}.razor");
        return line is not null ? $"{line.Path}:{line.Number}: {type.FullName}"
            : razor is not null ? $"{razor.Path}:1: {type.FullName}"
            : type.FullName!;
    }
}
