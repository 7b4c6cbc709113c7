using System.Globalization;

namespace Framevet.Web.Components.Shared;

/// <summary>Frames counted as editing programs write them.</summary>
public static class Timecode
{
    /// <summary>
    /// <c>HH:MM:SS:FF</c> of the frame with this number in the file, without dropped numbers, at the nearest whole rate; null where a timecode names no frame: the rate is unknown, or the frame
    /// does not stand where an even rate would put it (<paramref name="startSeconds"/>: time of the first frame).
    /// </summary>
    public static string? Of(int index, double seconds, double startSeconds, double? framesPerSecond)
    {
        if (framesPerSecond is not { } rate || !double.IsFinite(rate) || rate < 1 || index < 0 || Math.Abs(seconds - startSeconds - (index / rate)) > 0.5 / rate)
        {
            return null;
        }

        var whole = (int)Math.Round(rate);
        var (whole60, frame) = Math.DivRem(index, whole);
        return string.Create(CultureInfo.InvariantCulture, $"{whole60 / 3600:00}:{whole60 / 60 % 60:00}:{whole60 % 60:00}:{frame:00}");
    }
}
