using System.Text.RegularExpressions;

namespace Framevet.Web.Tests.Architecture;

/// <summary>The numbered mistakes that this product must not repeat: each is held off by a test whose name begins with its number.</summary>
public sealed partial class TrapSpecs
{
    private const int Traps = 31;

    [Fact]
    public void Each_trap_of_the_list_has_a_test_of_its_number()
    {
        var folder = Path.Combine(SourceTree.Root, "tests");
        var numbers = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .SelectMany(path => TestName().Matches(SourceTree.BlankComments(File.ReadAllText(path), razor: false)))
            .Select(match => match.Groups[1].Value).ToHashSet();

        Enumerable.Range(1, Traps).Select(number => $"{number:D2}").Where(number => !numbers.Contains(number)).ShouldBeEmpty("traps without a test named Trap_NN_...:");
    }

    // A public method right behind attributes, of which one makes it a test.
    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^;{}]*?\bpublic\s+(?:async\s+)?(?:void|Task)\s+Trap_(\d\d)_\w+\s*\(")]
    private static partial Regex TestName();
}
