using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Ingest;

/// <summary>Gives every picture of a folder its time stamp.</summary>
internal static class FolderTimes
{
    /// <summary>Unit of the stamps: a microsecond.</summary>
    public static readonly TimeBase TimeBase = new(1, 1_000_000);

    /// <summary>Longest expression; keeps what it compiles to small.</summary>
    public const int MaxPattern = 200;

    // Expressions without backtracking take time in proportion to the name; the limit is for what nobody thought of.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    // Three thousand years: more is no time in seconds, but a wrong unit or number.
    private const decimal MostSeconds = 100_000_000_000;

    /// <summary>The expression, without backtracking, so that no name makes it hang.</summary>
    /// <exception cref="ArgumentException">It is no expression.</exception>
    /// <exception cref="NotSupportedException">It looks around or refers back, which only backtracking can do.</exception>
    public static Regex Expression(string pattern) =>
        pattern.Length <= MaxPattern
            ? new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, MatchLimit)
            : throw new ArgumentException($"longer than {MaxPattern} characters");

    /// <summary>Stamps of the names (already in natural order), rising: one second apart, or as the expression reads them.</summary>
    /// <exception cref="VettingException">InvalidRequest when a name gives no time, or two give the same.</exception>
    public static ImmutableArray<(int Index, Pts Pts)> Of(string source, ImmutableArray<string> names, FolderOrder order)
    {
        if (order.TimePattern.Length == 0)
        {
            return [.. names.Select((_, i) => (i, new Pts(i * 1_000_000L, TimeBase)))];
        }

        var expression = Expression(order.TimePattern);
        ImmutableArray<(int Index, Pts Pts)> timed = [.. names.Select((name, i) => (Index: i, Pts: Read(source, name, expression, order))).OrderBy(t => t.Pts.Value)];
        for (var i = 1; i < timed.Length; i++)
        {
            if (timed[i].Pts == timed[i - 1].Pts)
            {
                throw new VettingException(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture,
                    $"{source}: '{names[timed[i - 1].Index]}' and '{names[timed[i].Index]}' both stand at {timed[i].Pts.Seconds:0.######} s by the expression '{order.TimePattern}'; let it match a part of the name that differs, or choose a finer unit."));
            }
        }

        return timed;
    }

    private static Pts Read(string source, string name, Regex expression, FolderOrder order)
    {
        var match = expression.Match(Path.GetFileName(name));
        var named = match.Groups["time"];
        var text = named.Success ? named.Value : match.Groups.Count > 1 ? match.Groups[1].Value : match.Value;
        if (!match.Success || !decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > MostSeconds * 1000 || Seconds(number, order) is var seconds && Math.Abs(seconds) > MostSeconds)
        {
            throw new VettingException(FailureCode.InvalidRequest,
                $"{source}: the expression '{order.TimePattern}' finds no time in '{name}'{(match.Success ? $" (it finds '{text}')" : "")}; change the expression, or take the file out of the folder.");
        }

        return new Pts((long)decimal.Round(seconds * 1_000_000), TimeBase);
    }

    private static decimal Seconds(decimal number, FolderOrder order) => order.Unit switch
    {
        FolderTimeUnit.Milliseconds => number / 1000,
        FolderTimeUnit.Frames => number / (decimal)order.FramesPerSecond,
        _ => number,
    };
}
