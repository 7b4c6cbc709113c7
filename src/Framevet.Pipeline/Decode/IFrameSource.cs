using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// One reading of a file. <paramref name="MaxSide"/>: long side of the analysis view in pixels, 0 = as large as the source; smaller sources are never
/// enlarged. <paramref name="ResumeAt"/>: the last frame already stored; reading starts with that very frame again (so that
/// state which depends on the frame before can be rebuilt) and seeks there instead of decoding from the beginning.
/// </summary>
public sealed record DecodeRequest(MediaInfo Media, DecodePlan Plan, int MaxSide, FrameStamp? ResumeAt = null)
{
    /// <summary>
    /// When nothing but these shared sums of the frames is wanted: a source may make them while it has the pixels at hand and deliver batches without any
    /// (<see cref="FrameBatch.HasPixels"/>), or deliver frames as always. Null = the pixels are wanted.
    /// </summary>
    public PlaneGroups? OnlySums { get; init; }

    /// <summary>
    /// Only this segment of the file, delivered as a reading of the whole file delivers it: frames keep their numbers (as far as the packets tell them) and what the plan keeps. Null = the whole file.
    /// <see cref="SegmentVoidException"/> where that cannot be done.
    /// </summary>
    public Segment? Segment { get; init; }
}

/// <summary>Identity of one frame with its display number.</summary>
public readonly record struct FrameStamp(int Index, Pts Pts, bool IsKey = false);

/// <summary>Facts about a reading so far. <paramref name="Decoded"/> counts pictures that came out of the decoder, in a resumed reading from the frame at <c>ResumeAt</c> on; <paramref name="Damaged"/> those it reported as damaged.
/// <paramref name="Notice"/>: one sentence for the run's log when the reading goes another way than asked, e.g. in software because the hardware decoder failed.</summary>
public readonly record struct DecodeProgress(long Decoded, int Damaged, Pts? Last, string? FirstDamage, string? Notice = null);

/// <summary>Delivers frames following a plan, with exact PTS, upright and square.</summary>
public interface IFrameSource
{
    /// <summary>
    /// Decodes in one pass. Each yielded batch belongs to the caller, who disposes it. PTS rise strictly. Ends normally after the
    /// last frame, also when the end of the file is damaged (counted in <paramref name="progress"/>). Cancelling kills the tool's process tree.
    /// </summary>
    /// <exception cref="VettingException">UnsupportedMedia when not a single frame could be decoded; ToolMissing, ToolFailed, ToolStalled.</exception>
    IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, CancellationToken ct);

    /// <summary>
    /// Where a plan's stretches lie in this file, and what lies before them, for those who apply the plan to a reading of every frame themselves; null when the plan has no stretches,
    /// or when this source cannot tell. Errors as <see cref="ReadAsync"/>.
    /// </summary>
    Task<PlanBounds?> BoundsAsync(MediaInfo media, DecodePlan plan, CancellationToken ct) => Task.FromResult<PlanBounds?>(null);
}
