using System.Globalization;

namespace Framevet.Web.Components.Shared;

/// <summary>How numbers and times are written; used while rendering, where the reader's culture is known. Unknown is an en dash, never 0.</summary>
public static class Formats
{
    /// <summary>What stands for an unknown value.</summary>
    public const string Unknown = "–";

    /// <summary>A number of frames in words: <c>1 frame</c>, <c>1,200 frames</c>.</summary>
    public static string Frames(int count) => count == 1 ? "1 frame" : $"{Count(count)} frames";

    /// <summary>Whole number with group separators.</summary>
    public static string Count(long? value) => value?.ToString("N0", CultureInfo.CurrentCulture) ?? Unknown;

    /// <summary>Score with up to three significant decimals.</summary>
    public static string Score(double? value) => value is not { } v || !double.IsFinite(v) ? Unknown
        : Math.Abs(v) >= 100 ? v.ToString("N0", CultureInfo.CurrentCulture)
        : Math.Abs(v) >= 10 ? v.ToString("N1", CultureInfo.CurrentCulture)
        : v.ToString("0.###", CultureInfo.CurrentCulture);

    /// <summary>Fraction 0..1 as per cent.</summary>
    public static string Percent(double? fraction) => fraction is { } f ? f.ToString("P0", CultureInfo.CurrentCulture) : Unknown;

    /// <summary>Position in a media file: <c>1:02:03.250</c>, hours only when needed.</summary>
    public static string Clock(double? seconds)
    {
        if (seconds is not { } s || !double.IsFinite(s))
        {
            return Unknown;
        }

        var sign = s < 0 ? "-" : "";
        var time = TimeSpan.FromMilliseconds(Math.Round(Math.Abs(s) * 1000));
        var head = time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:00}" : $"{time.Minutes}";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{head}:{time.Seconds:00}.{time.Milliseconds:000}");
    }

    /// <summary>Length in words: <c>42 s</c>, <c>3 min 05 s</c>, <c>2 h 10 min</c>.</summary>
    public static string Length(TimeSpan? length) => length switch
    {
        null => Unknown,
        { TotalSeconds: < 10 } l => $"{l.TotalSeconds.ToString("0.#", CultureInfo.CurrentCulture)} s",
        { TotalMinutes: < 1 } l => $"{(int)l.TotalSeconds} s",
        { TotalHours: < 1 } l => $"{(int)l.TotalMinutes} min {l.Seconds:00} s",
        { TotalDays: < 2 } l => $"{(int)l.TotalHours} h {l.Minutes:00} min",
        { } l => $"{(int)l.TotalDays} days",
    };

    /// <summary>Time since <paramref name="at"/>: <c>just now</c>, <c>5 min ago</c>; of what is still to come: <c>in 5 min</c>.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalSeconds: <= -45 } t => In(-t),
        { TotalSeconds: < 45 } => "just now",
        { TotalMinutes: < 60 } t => $"{Math.Max(1, (int)Math.Round(t.TotalMinutes))} min ago",
        { TotalHours: < 36 } t => $"{(int)Math.Round(t.TotalHours)} h ago",
        var t => $"{(int)Math.Round(t.TotalDays)} days ago",
    };

    private static string In(TimeSpan t) => t switch
    {
        { TotalMinutes: < 60 } => $"in {Math.Max(1, (int)Math.Round(t.TotalMinutes))} min",
        { TotalHours: < 36 } => $"in {(int)Math.Round(t.TotalHours)} h",
        _ => $"in {(int)Math.Round(t.TotalDays)} days",
    };

    /// <summary>Size in binary units.</summary>
    public static string Bytes(long? bytes)
    {
        if (bytes is not { } b)
        {
            return Unknown;
        }

        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var value = (double)b;
        var unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return $"{value.ToString(value >= 100 || unit == 0 ? "N0" : "N1", CultureInfo.CurrentCulture)} {units[unit]}";
    }

    /// <summary>Point in time for a tooltip: local and UTC.</summary>
    public static string Exact(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz} · {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");

    /// <summary>Number for attributes and styles, whatever the reader's culture.</summary>
    public static string Css(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
