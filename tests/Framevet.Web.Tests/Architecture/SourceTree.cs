using System.Text;
using Framevet.TestKit;

namespace Framevet.Web.Tests.Architecture;

/// <summary>One line of a source file, with comments blanked out. <paramref name="Path"/> is relative to the repository.</summary>
internal sealed record SourceLine(string Path, int Number, string Code)
{
    public override string ToString() => $"{Path}:{Number}: {Code.Trim()}";
}

/// <summary>One source file; <paramref name="Code"/> is its text with comments replaced by blanks, line for line.</summary>
internal sealed record SourceFile(string Path, string Text, string Code)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public int LineCount => Text.Length == 0 ? 0 : Text.TrimEnd('\n').Count(c => c == '\n') + 1;

    public IEnumerable<SourceLine> Lines => Code.Split('\n').Select((line, i) => new SourceLine(Path, i + 1, line));

    /// <summary>The line in which the character at <paramref name="offset"/> of <see cref="Code"/> stands.</summary>
    public SourceLine LineAt(int offset)
    {
        var number = Code.AsSpan(0, offset).Count('\n');
        return new SourceLine(Path, number + 1, Code.Split('\n')[number]);
    }
}

/// <summary>The sources of the product under src/, without what the build writes.</summary>
internal static class SourceTree
{
    // Snippets are examples for programs of others: they may write to the console.
    private static readonly string[] BuildFolders = ["bin", "obj", "wwwroot", "node_modules", "Snippets"];

    private static readonly Lazy<IReadOnlyList<SourceFile>> LoadedFiles = new(Load);

    /// <summary>The folder of WebApp.sln, above the running tests.</summary>
    public static string Root { get; } = Repository.Root;

    public static IReadOnlyList<SourceFile> Files => LoadedFiles.Value;

    public static IEnumerable<SourceFile> In(string project) =>
        Files.Where(f => f.Path.StartsWith($"src/{project}/", StringComparison.Ordinal));

    /// <summary>Folders under src/, relative to the repository, with forward slashes.</summary>
    public static IEnumerable<string> Folders() =>
        Directory.EnumerateDirectories(Path.Combine(Root, "src"), "*", SearchOption.AllDirectories)
            .Select(Relative)
            .Where(p => !IsBuilt(p));

    private static List<SourceFile> Load()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*", SearchOption.AllDirectories)
            .Where(p => p.EndsWith(".cs", StringComparison.Ordinal) || p.EndsWith(".razor", StringComparison.Ordinal))
            .Select(p => (Full: p, Path: Relative(p)))
            .Where(p => !IsBuilt(p.Path))
            .Select(p =>
            {
                var text = File.ReadAllText(p.Full).ReplaceLineEndings("\n");
                return new SourceFile(p.Path, text, BlankComments(text, p.Path.EndsWith(".razor", StringComparison.Ordinal)));
            })
            .OrderBy(f => f.Path, StringComparer.Ordinal)
            .ToList();

        // A scan of nothing would let everything pass.
        files.Count.ShouldBeGreaterThan(20, $"too few sources found under {Root}/src");
        return files;
    }

    /// <summary>Replaces comments by blanks. Strings stay, because interpolated ones contain code; they only protect the "//" in them.</summary>
    internal static string BlankComments(string text, bool razor)
    {
        var code = new StringBuilder(text);
        for (var i = 0; i < text.Length;)
        {
            var rest = text.AsSpan(i);
            if (rest.StartsWith("/*"))
            {
                i = Blank(code, i, End(text, "*/", i + 2));
            }
            else if (razor && rest.StartsWith("@*"))
            {
                i = Blank(code, i, End(text, "*@", i + 2));
            }
            else if (razor && rest.StartsWith("<!--"))
            {
                i = Blank(code, i, End(text, "-->", i + 4));
            }
            else if (rest.StartsWith("//") && !(razor && i > 0 && text[i - 1] == ':'))
            {
                i = Blank(code, i, text.IndexOf('\n', i) is var end and >= 0 ? end : text.Length);
            }
            else
            {
                // Markup has apostrophes in prose and quotes that C# would not accept, so strings are only followed in .cs files.
                i = razor ? i + 1 : SkipLiteral(text, i);
            }
        }

        return code.ToString();
    }

    private static int SkipLiteral(string text, int i)
    {
        var rest = text.AsSpan(i);
        if (rest.StartsWith("\"\"\""))
        {
            return End(text, "\"\"\"", i + 3);
        }

        if (rest[0] == '\'')
        {
            return rest.Length > 2 && rest[1] == '\\' ? End(text, "'", i + 3) : Math.Min(i + 3, text.Length);
        }

        if (rest[0] != '"')
        {
            return i + 1;
        }

        var verbatim = i > 0 && (text[i - 1] == '@' || (text[i - 1] == '$' && i > 1 && text[i - 2] == '@'));
        for (var j = i + 1; j < text.Length; j++)
        {
            if (!verbatim && text[j] == '\\')
            {
                j++;
            }
            else if (!verbatim && text[j] == '\n')
            {
                return j;
            }
            else if (text[j] == '"' && verbatim && j + 1 < text.Length && text[j + 1] == '"')
            {
                j++;
            }
            else if (text[j] == '"')
            {
                return j + 1;
            }
        }

        return text.Length;
    }

    private static int End(string text, string closing, int from)
    {
        var at = from <= text.Length ? text.IndexOf(closing, from, StringComparison.Ordinal) : -1;
        return at < 0 ? text.Length : at + closing.Length;
    }

    private static int Blank(StringBuilder code, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (code[i] != '\n')
            {
                code[i] = ' ';
            }
        }

        return to;
    }

    private static bool IsBuilt(string path) => path.Split('/').Any(BuildFolders.Contains);

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');
}
