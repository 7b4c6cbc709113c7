using System.Globalization;
using System.Text;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>File names that tell where a still comes from, safe on every file system.</summary>
internal static class StillNames
{
    private const int MaxStem = 60;

    // Device names of Windows; a file called so cannot be opened there.
    private static readonly HashSet<string> Reserved = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(i => new[] { $"com{i}", $"lpt{i}" })], StringComparer.OrdinalIgnoreCase);

    /// <summary>Rank, source, frame number, time and quality, e.g. <c>003_holiday_f000750_t0-00-30.000_q71.2.png</c>.</summary>
    public static string Of(Pick pick, string sourceName, string extension)
    {
        var frame = pick.Candidate;
        var time = frame.Pts.Time < TimeSpan.Zero ? TimeSpan.Zero : frame.Pts.Time;
        var clock = string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}-{time:mm}-{time:ss}.{time:fff}");
        var quality = frame.Score("quality") is { } q ? string.Create(CultureInfo.InvariantCulture, $"_q{q:0.0}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{pick.Rank:000}_{Stem(sourceName)}_f{frame.Index:000000}_t{clock}{quality}{extension}");
    }

    /// <summary>The source's name without its ending, with everything but letters, digits, <c>-</c> and <c>_</c> replaced.</summary>
    public static string Stem(string sourceName)
    {
        var name = new StringBuilder();
        foreach (var rune in Path.GetFileNameWithoutExtension(sourceName.Replace('\\', '/')).EnumerateRunes())
        {
            var isPlain = Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_';
            if (isPlain)
            {
                name.Append(rune.ToString());
            }
            else if (name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }
        }

        var stem = name.ToString().Trim('_');
        stem = stem.Length > MaxStem ? stem[..(char.IsHighSurrogate(stem[MaxStem - 1]) ? MaxStem - 1 : MaxStem)] : stem;
        return stem.Length == 0 || Reserved.Contains(stem) ? $"source_{stem}".TrimEnd('_') : stem;
    }
}
