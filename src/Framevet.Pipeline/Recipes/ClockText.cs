using System.Globalization;

namespace Framevet.Pipeline.Recipes;

/// <summary>Positions in a file as people write them: <c>12.5</c>, <c>1:02.5</c>, <c>1:02:03</c>.</summary>
public static class ClockText
{
    /// <summary>Reads seconds, minutes:seconds or hours:minutes:seconds; only the last may have a fraction, and behind a colon it stays below 60.</summary>
    public static bool TryRead(string? text, out double seconds)
    {
        seconds = 0;
        var parts = (text ?? "").Trim().Split(':');
        if (parts.Length > 3)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            var style = i == parts.Length - 1 ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
            if (!double.TryParse(parts[i], style, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value) || (i > 0 && value >= 60))
            {
                return false;
            }

            seconds = (seconds * 60) + value;
        }

        return true;
    }

    /// <summary>Writes what <see cref="TryRead"/> reads back to the same millisecond, e.g. <c>1:02:03.45</c>.</summary>
    public static string Write(double seconds)
    {
        var thousandths = (long)Math.Round(seconds * 1000, MidpointRounding.AwayFromZero);
        var (minutes, rest) = (thousandths / 60_000, thousandths % 60_000 / 1000m);
        return minutes >= 60
            ? string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}:{minutes % 60:00}:{rest:00.###}")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes}:{rest:00.###}");
    }
}
