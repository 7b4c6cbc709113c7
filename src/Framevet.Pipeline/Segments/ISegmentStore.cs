using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Segments;

/// <summary>Where a segment stands.</summary>
public enum SegmentState
{
    /// <summary>Nobody has it.</summary>
    Waiting,

    /// <summary>A node measures it, for as long as its lease lasts.</summary>
    Working,

    /// <summary>Its result is in the store of files.</summary>
    Done,

    /// <summary>It cannot be measured: the run fails.</summary>
    Failed,

    /// <summary>It cannot be measured by itself: the run goes on unshared.</summary>
    Void,
}

/// <summary>
/// A segment of a run as the store knows it. <paramref name="Seen"/>: pictures decoded so far, for progress. <paramref name="IsSilent"/>: its node has it no longer, by the clock of the store.
/// <paramref name="Key"/>: where its result is once it is done, the first part of the keys.
/// </summary>
public sealed record SegmentRow(Segment Segment, SegmentState State, string? Node, int Attempt, long Seen, bool IsSilent, string? Key, SegmentFacts? Facts, SegmentTrouble? Trouble, string Version)
{
    /// <summary>Pictures decoded of it, as a number that its whole length bounds.</summary>
    public long Measured => State == SegmentState.Done ? Segment.Frames : Math.Min(Seen, Segment.Frames);
}

/// <summary>Why a segment ended without a result. A code of null: it cannot be measured by itself.</summary>
public sealed record SegmentTrouble(FailureCode? Code, string Text, string? Detail);

/// <summary>A node's right to a segment, as <see cref="RunLease"/> is to a run.</summary>
public sealed record SegmentLease(RunId Run, Segment Segment, string Node, long Token, int Attempt, TimeSpan Length);

/// <summary>
/// The truth about the segments of runs that several workers measure. Claims and ends are single conditional statements; times are those of the store's clock. Thread-safe.
/// </summary>
public interface ISegmentStore
{
    /// <summary>Replaces the segments of the run; only for who has it.</summary>
    /// <exception cref="LeaseLostException">Somebody else has the run.</exception>
    Task PlanAsync(RunLease owner, ImmutableArray<Segment> segments, string version, CancellationToken ct);

    /// <summary>The segments of the run in order; none when it is not shared.</summary>
    Task<ImmutableArray<SegmentRow>> OfRunAsync(RunId run, CancellationToken ct);

    /// <summary>
    /// Takes the first segment of a running run that waits, or whose node went silent, if it was planned by the same version and has not been taken up <paramref name="maxAttempts"/> times. Null when there is none.
    /// </summary>
    Task<SegmentLease?> TryClaimAsync(RunId run, WorkNode node, string version, int maxAttempts, CancellationToken ct);

    /// <summary>Renews the lease and notes progress; false when it counts no longer, or the run is over.</summary>
    Task<bool> BeatAsync(SegmentLease lease, long seen, CancellationToken ct);

    /// <summary>Stores the result; false when the lease counts no longer.</summary>
    Task<bool> CompleteAsync(SegmentLease lease, string key, SegmentFacts facts, CancellationToken ct);

    /// <summary>Stores why there is no result; false when the lease counts no longer.</summary>
    Task<bool> FailAsync(SegmentLease lease, SegmentTrouble trouble, CancellationToken ct);

    /// <summary>Gives the segment back. <paramref name="countsNot"/>: as if it had not been taken up.</summary>
    Task ReleaseAsync(SegmentLease lease, bool countsNot, CancellationToken ct);

    /// <summary>Has a segment measured once more, e.g. one whose result is gone, or that failed before; only for who has the run. <paramref name="anew"/>: earlier tries no longer count.</summary>
    /// <exception cref="LeaseLostException">Somebody else has the run.</exception>
    Task ReopenAsync(RunLease owner, int number, bool anew, CancellationToken ct);

    /// <summary>Removes all segments of the run; how many there were.</summary>
    Task<int> RemoveAsync(RunId run, CancellationToken ct);

    /// <summary>Runs that have segments although nobody will go on with them.</summary>
    Task<ImmutableArray<RunId>> LeftAsync(CancellationToken ct);
}

/// <summary>The other workers. Thread-safe.</summary>
public interface ISegmentCrew
{
    /// <summary>Version of this program: only the same measures segments of one run.</summary>
    string Version { get; }

    /// <summary>Other living nodes that could help with the run.</summary>
    Task<int> HelpersAsync(RunId run, CancellationToken ct);

    /// <summary>Has other workers look at the run's segments, as many as can do something. Never needed for the run to end.</summary>
    Task CallAsync(RunId run, int priority, int waiting, CancellationToken ct);
}
