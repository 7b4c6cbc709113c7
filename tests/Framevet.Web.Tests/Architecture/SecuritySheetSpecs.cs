using System.Text.RegularExpressions;

namespace Framevet.Web.Tests.Architecture;

/// <summary>The sheet of requirements in SECURITY.md: whole, honest in form, and naming tests that exist.</summary>
public sealed partial class SecuritySheetSpecs
{
    // As many as the standard has (5.0.0): a line that got lost is noticed.
    private const int LevelOne = 70, LevelTwo = 183;

    private static readonly string[] States = ["met", "partly", "not met", "operator", "no such thing"];

    private static readonly Lazy<IReadOnlyList<string[]>> Rows = new(() =>
        [.. File.ReadLines(Path.Combine(SourceTree.Root, "SECURITY.md")).Where(l => RowStart().IsMatch(l)).Select(l => l.Trim('|', ' ').Split('|').Select(c => c.Trim()).ToArray())]);

    [Fact]
    public void Each_requirement_has_one_line_with_a_level_a_state_and_a_proof_or_reason()
    {
        Rows.Value.Where(r => r.Length != 5 || !States.Contains(r[3]) || r[2].Length < 3 || r[4].Length < 5).Select(r => r[0]).ShouldBeEmpty();
        Rows.Value.Count(r => r[1] == "1").ShouldBe(LevelOne);
        Rows.Value.Count(r => r[1] == "2").ShouldBe(LevelTwo);
        Rows.Value.GroupBy(r => r[0]).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();
    }

    [Fact]
    public void Each_test_that_the_sheet_names_exists()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*Specs.cs", SearchOption.AllDirectories).Concat(
                Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*Journeys.cs", SearchOption.AllDirectories))
            .SelectMany(path => TestMethod().Matches(SourceTree.BlankComments(File.ReadAllText(path), razor: false)).Select(m => $"{Path.GetFileNameWithoutExtension(path)}.{m.Groups[1].Value}"))
            .ToHashSet(StringComparer.Ordinal);
        var named = Rows.Value.SelectMany(r => NamedTest().Matches(r[4]).Select(m => m.Groups[1].Value)).ToList();

        named.Count.ShouldBeGreaterThan(80);
        named.Where(n => !tests.Contains(n)).Distinct().ShouldBeEmpty("tests that SECURITY.md names and nobody has:");
    }

    [Fact]
    public void The_sums_are_those_of_the_lines()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "SECURITY.md"));
        foreach (var level in new[] { "1", "2" })
        {
            var sums = string.Join(" | ", States.Select(s => Rows.Value.Count(r => r[1] == level && r[3] == s)));
            text.ShouldContain($"| Level {level} | {sums} |");
        }
    }

    [GeneratedRegex(@"^\| \d+\.\d+\.\d+ \|")]
    private static partial Regex RowStart();

    [GeneratedRegex(@"`(\w+(?:Specs|Journeys)\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b(?:(?!\bpublic\b)[\s\S])*?\bpublic\s+(?:static\s+)?(?:async\s+)?(?:void|Task)\s+(\w+)\s*\(")]
    private static partial Regex TestMethod();
}
