using System.Globalization;

namespace Framevet.Pipeline.Frames;

/// <summary>Time stamps in sentences for users.</summary>
internal static class PtsText
{
    /// <summary>Minutes, seconds and tenths, with hours when there are any: <c>0:04.2</c>, <c>1:02:03.0</c>.</summary>
    public static string Clock(this Pts pts)
    {
        var time = pts.Time;
        var sign = time < TimeSpan.Zero ? "-" : "";
        return sign + time.ToString(Math.Abs(time.TotalHours) >= 1 ? @"h\:mm\:ss\.f" : @"m\:ss\.f", CultureInfo.InvariantCulture);
    }
}
