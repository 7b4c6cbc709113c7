using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// A gate that needs all frames of the run: a percentile, the best of a group of near copies, a comparison of pictures. Asked once when every frame is scored, after the gates that
/// answer at once; a filter (<see cref="IGate.Remembers"/> false) before every gate that drops repetitions, whose answers are then taken anew, so that a frame that fails never
/// removes one that passes.
/// </summary>
public interface IRunGate : IGate
{
    /// <inheritdoc/>
    GateResult IGate.Check(Candidate candidate) => GateResult.Passed;

    /// <summary>
    /// One answer per candidate, in their order. <paramref name="candidates"/>: those that all gates before let pass, by rising PTS, with <see cref="Candidate.Scene"/> when the
    /// run has a scene list. <paramref name="looks"/>: their pictures, read only when asked for.
    /// </summary>
    Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct);
}

/// <summary>Small pictures of stored frames, made from their thumbnails.</summary>
public interface ILooks
{
    /// <summary>Side of a look in pixels.</summary>
    const int Side = 64;

    /// <summary>The frame's Y plane averaged to <see cref="Side"/> x <see cref="Side"/>, row-major, 0..255; null when its thumbnail is gone.</summary>
    ValueTask<float[]?> OfAsync(Candidate candidate, CancellationToken ct);
}
