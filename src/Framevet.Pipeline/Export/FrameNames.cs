using System.Globalization;
using System.Text;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>File names that tell source, frame and score, and that every file system takes.</summary>
internal static class FrameNames
{
    private const int MaxStem = 60;

    /// <summary>E.g. <c>001_holiday_f000123_t0-00-04.107_q87.3.png</c>; the q part only when there is a quality score.</summary>
    public static string Still(string sourceName, Pick pick, string extension)
    {
        var candidate = pick.Candidate;
        var quality = candidate.Score("quality") is { } q ? string.Create(CultureInfo.InvariantCulture, $"_q{q:0.###}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{pick.Rank:000}_{Stem(sourceName)}_f{candidate.Index:000000}_t{Time(candidate.Pts)}{quality}{extension}");
    }

    /// <summary>The source's name without ending, reduced to letters, digits, dash and underscore.</summary>
    public static string Stem(string sourceName)
    {
        var stem = new StringBuilder();
        foreach (var rune in Path.GetFileNameWithoutExtension(sourceName.Replace('\\', '/')).EnumerateRunes())
        {
            var next = Rune.IsLetterOrDigit(rune) || rune.Value is '_' ? rune.ToString() : "-";
            if (stem.Length + next.Length > MaxStem)
            {
                break;
            }

            if (next != "-" || (stem.Length > 0 && stem[^1] != '-'))
            {
                stem.Append(next);
            }
        }

        return stem.ToString().Trim('-') is { Length: > 0 } text ? text : "source";
    }

    /// <summary>Time on the source's clock, e.g. <c>0-00-04.107</c>.</summary>
    public static string Time(Pts pts)
    {
        var time = pts.Time;
        var sign = time < TimeSpan.Zero ? "-" : "";
        time = time.Duration();
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{(int)time.TotalHours}-{time.Minutes:00}-{time.Seconds:00}.{time.Milliseconds:000}");
    }
}
