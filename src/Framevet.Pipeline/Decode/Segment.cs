using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// A stretch of a file that decodes on its own: its first picture forgets all before, and nothing of it is shown outside. Stamps are in units of the stream's time base. <paramref name="Number"/> counts from 0;
/// <paramref name="From"/> is the stamp of its first frame, <paramref name="To"/> that of the next segment's (null = the end of the file); <paramref name="FirstIndex"/> and <paramref name="Frames"/> tell by the
/// packets how many frames lie before it and in it.
/// </summary>
public sealed record Segment(int Number, long From, long? To, int FirstIndex, int Frames)
{
    /// <summary>Stamp of the file's first frame, where grids begin.</summary>
    public required long Origin { get; init; }

    /// <summary>Stamp of the last frame before it; null when there is none.</summary>
    public long? Before { get; init; }

    /// <summary>Stamp of the last keyframe before it; null when there is none.</summary>
    public long? KeyBefore { get; init; }

    /// <summary>Where it lies among all frames, for the plan of a reading.</summary>
    internal Stretch Stretch => new(From, To) { Before = Before, KeyBefore = KeyBefore };

    /// <summary>The same for those who apply the plan to every frame of it themselves.</summary>
    internal PlanBounds Bounds(TimeBase timeBase) => new(new Pts(Origin, timeBase), [Stretch]);
}

/// <summary>A segment cannot be read by itself as the whole file would be; the file has to be read as one.</summary>
public sealed class SegmentVoidException(string reason) : Exception(reason);
