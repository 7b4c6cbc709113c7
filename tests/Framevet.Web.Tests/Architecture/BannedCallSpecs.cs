using System.Text.RegularExpressions;

namespace Framevet.Web.Tests.Architecture;

/// <summary>Calls that no product code makes, found in the sources (comments do not count).</summary>
public sealed partial class BannedCallSpecs
{
    // Native decoders block their threads anyway; those are no threads of the pool, so waiting starves nobody.
    private const string OwnThreads = "src/Framevet.Pipeline/Decode/Library/";

    public static TheoryData<string, string, string> Banned { get; } = new()
    {
        { "DateTime.UtcNow", @"\bDateTime(Offset)?\s*\.\s*(Now|UtcNow|Today)\b", "take a TimeProvider" },
        { "task.Result", @"(Async\s*\(.*\)|\b\w*[tT]ask\w*(\[[^\]]*\])?)\s*\.\s*Result\b", "await it" },
        { "task.Wait()", @"\.\s*(Wait|WaitAll|WaitAny)\s*\(|\.GetAwaiter\(\)\s*\.\s*GetResult\(", "await it" },
        { "Thread.Sleep", @"\bThread\s*\.\s*Sleep\b", "await Task.Delay with a TimeProvider" },
        { "new HttpClient()", @"\bnew\s+HttpClient\s*\(\s*\)|\bHttpClient\s+\w+\s*=\s*new\s*\(\s*\)", "take the shared, limited client" },
        { "new Random()", @"\bnew\s+(System\.)?Random\s*\(\s*\)|\bRandom\s+\w+\s*=\s*new\s*\(\s*\)|\bRandom\s*\.\s*Shared\b", "take a seed" },
        { "async void", @"\basync\s+void\b", "return Task" },
        { "NotImplementedException", @"\bNotImplementedException\b", "finish it or leave it out" },
    };

    [Theory]
    [MemberData(nameof(Banned))]
    public void No_source_makes_a_banned_call(string call, string pattern, string instead) =>
        Find(SourceTree.Files.Where(f => call != "task.Wait()" || !f.Path.StartsWith(OwnThreads, StringComparison.Ordinal)), pattern).ShouldBeNone($"{call} is banned; {instead}:");

    [Fact]
    public void Where_threads_of_their_own_wait_they_wait_with_a_token() =>
        Find(SourceTree.Files.Where(f => f.Path.StartsWith(OwnThreads, StringComparison.Ordinal)), @"\.\s*(Wait|WaitAll|WaitAny)\s*\((?!([A-Z]\w+, )?ct\))|\.GetAwaiter\(\)\s*\.\s*GetResult\(")
            .ShouldBeNone("A decoding thread may wait for room, but only as long as its token lets it:");

    [Fact]
    public void Only_the_tools_folder_starts_processes() =>
        Find(
            SourceTree.Files.Where(f => !f.Path.StartsWith("src/Framevet.Pipeline/Tools/", StringComparison.Ordinal)),
            @"\bProcessStartInfo\b|\bProcess\s*\.\s*Start\b|\bnew\s+Process\b|\bProcess\s*\.\s*GetProcess|\bDiagnostics\.Process\b|\bProcess\s+\w+\s*[=;,)]")
            .ShouldBeNone("System.Diagnostics.Process belongs to src/Framevet.Pipeline/Tools/ only:");

    [Fact]
    public void Only_the_command_line_and_the_start_notice_write_to_the_console() =>
        Find(
            SourceTree.Files.Where(f => !f.Path.StartsWith("src/Framevet.Cli/", StringComparison.Ordinal)
                && !(f.Path.StartsWith("src/Framevet.Web/", StringComparison.Ordinal) && f.Name == "ConsoleNotice.cs")),
            @"(?<![\w.])(System\.)?Console\s*\.\s*[A-Z]")
            .ShouldBeNone("Console belongs to Framevet.Cli and to ConsoleNotice.cs of Framevet.Web; use a logger:");

    [Fact]
    public void Numbers_are_parsed_with_a_named_culture() =>
        SourceTree.Files
            .SelectMany(f => NumberParse().Matches(f.Code)
                .Where(m => !NamesCulture(Arguments(f.Code, m.Index + m.Length)))
                .Select(m => f.LineAt(m.Index)))
            .ShouldBeNone("A number is read with a named culture (CultureInfo.InvariantCulture):");

    [Fact]
    public void Pipeline_and_data_never_default_a_token() =>
        Find(
            SourceTree.In("Framevet.Pipeline").Concat(SourceTree.In("Framevet.Data")),
            @"\bCancellationToken\s+\w+\s*=\s*default\b")
            .ShouldBeNone("In Pipeline and Data the token has no default: a caller who forgets it cannot cancel:");

    /// <summary>The scan itself: code in strings counts, comments do not, and lines keep their numbers.</summary>
    [Fact]
    public void Comments_are_blanked_and_code_stays_in_its_line()
    {
        const string text = "var a = \"http://x\"; // Thread.Sleep\n/* DateTime.Now\n */ var b = 'c'; var q = '\"'; // x\nvar d = $\"{DateTime.Now}\";";

        var lines = SourceTree.BlankComments(text, razor: false).Split('\n');

        lines.Length.ShouldBe(4);
        lines[0].TrimEnd().ShouldBe("var a = \"http://x\";");
        lines[1].Trim().ShouldBeEmpty();
        lines[2].Trim().ShouldBe("var b = 'c'; var q = '\"';");
        lines[3].ShouldContain("DateTime.Now");
    }

    private static IEnumerable<SourceLine> Find(IEnumerable<SourceFile> files, string pattern)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        return files.SelectMany(f => regex.Matches(f.Code).Select(m => f.LineAt(m.Index)));
    }

    private static bool NamesCulture(string arguments) =>
        arguments.Contains("Culture", StringComparison.Ordinal)
        || arguments.Contains("provider", StringComparison.OrdinalIgnoreCase)
        || arguments.Contains("NumberFormatInfo", StringComparison.Ordinal);

    /// <summary>The text from an opening parenthesis (already passed) to the closing one.</summary>
    private static string Arguments(string code, int start)
    {
        var depth = 1;
        for (var i = start; i < code.Length; i++)
        {
            depth += code[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
            {
                return code[start..i];
            }
        }

        return code[start..];
    }

    [GeneratedRegex(@"\b(float|double|decimal|Single|Double|Decimal|Half)\s*\.\s*(Try)?Parse\s*\(", RegexOptions.CultureInvariant)]
    private static partial Regex NumberParse();
}
