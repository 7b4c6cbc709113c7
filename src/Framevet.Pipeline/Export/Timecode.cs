using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Where a frame lies on the clock of an editing program, which counts frames at one rate: hh:mm:ss:ff, non-drop, from the start of the stream. For files whose frame times vary it is the nearest place; the
/// frame itself is named by its PTS beside it.
/// </summary>
internal readonly record struct Timecode(long Frame, int Nominal)
{
    private const double Fallback = 25;

    /// <summary>Frames a second that the file counts in; 25 for pictures and for files that do not tell.</summary>
    public static double RateOf(MediaInfo media) => media is { FrameRate: { } rate } && rate is >= 1 and <= 1000 ? rate : Fallback;

    /// <summary>The timecode of a frame.</summary>
    public static Timecode Of(MediaInfo media, Pts pts)
    {
        var rate = RateOf(media);
        var start = (media.StartPts ?? 0) * media.TimeBase.Seconds;
        return new Timecode(Math.Max(0, (long)Math.Round((pts.Seconds - start) * rate)), Math.Max(1, (int)Math.Round(rate)));
    }

    /// <summary>The timecode some frames later.</summary>
    public Timecode Plus(long frames) => this with { Frame = Frame + frames };

    /// <summary>hh:mm:ss:ff.</summary>
    public override string ToString()
    {
        var seconds = Frame / Nominal;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}:{Frame % Nominal:00}");
    }
}
