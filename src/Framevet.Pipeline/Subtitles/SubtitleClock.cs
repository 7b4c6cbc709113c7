using System.Globalization;

namespace Framevet.Pipeline.Subtitles;

/// <summary>Reads times as subtitle formats write them: [-][hours:]minutes:seconds[,.fraction], hours of any length.</summary>
internal static class SubtitleClock
{
    // Far beyond any film; keeps sums within a TimeSpan.
    private const int MostHours = 1_000_000;

    /// <summary>The time, or null when it is none. A fraction is a fraction: <c>0,1</c> is a tenth of a second, however many digits the format asks for.</summary>
    public static TimeSpan? Read(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var isNegative = text.StartsWith("-");
        var parts = (isNegative ? text[1..] : text).ToString().Split(':');
        if (parts.Length is < 2 or > 3 || Whole(parts[^2]) is not { } minutes || minutes > 59 || Seconds(parts[^1]) is not { } seconds)
        {
            return null;
        }

        if ((parts.Length == 3 ? Whole(parts[0]) : 0) is not { } hours || hours > MostHours)
        {
            return null;
        }

        var ticks = (((hours * 60L) + minutes) * 60 * TimeSpan.TicksPerSecond) + (long)decimal.Round(seconds * TimeSpan.TicksPerSecond);
        return TimeSpan.FromTicks(isNegative ? -ticks : ticks);
    }

    private static int? Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static decimal? Seconds(string text) =>
        decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < 60 ? value : null;
}
