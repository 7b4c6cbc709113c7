using System.Collections.Frozen;

namespace Framevet.Pipeline.Runs;

/// <summary>Life of a run. Names are an API.</summary>
public enum RunState
{
    /// <summary>Waiting for a worker.</summary>
    Queued,
    /// <summary>Act one: decode, score, gate, moderate.</summary>
    Running,
    /// <summary>The user cancelled; the worker is stopping.</summary>
    Cancelling,
    /// <summary>Doubtful frames wait for people; no worker is held.</summary>
    AwaitingReview,
    /// <summary>Act two: select and export.</summary>
    Finishing,
    /// <summary>Finished.</summary>
    Done,
    /// <summary>Ended by an error with a code.</summary>
    Failed,
    /// <summary>Ended by its user.</summary>
    Cancelled,
}

/// <summary>Facts about states.</summary>
public static class RunStates
{
    private static readonly FrozenDictionary<RunState, RunState[]> Moves = new Dictionary<RunState, RunState[]>
    {
        [RunState.Queued] = [RunState.Running, RunState.Cancelled],
        [RunState.Running] = [RunState.AwaitingReview, RunState.Finishing, RunState.Queued, RunState.Cancelling, RunState.Failed],
        [RunState.Cancelling] = [RunState.Cancelled],
        [RunState.AwaitingReview] = [RunState.Finishing, RunState.Cancelled],
        [RunState.Finishing] = [RunState.Done, RunState.Cancelling, RunState.Failed],
        [RunState.Done] = [],
        [RunState.Failed] = [RunState.Queued],
        [RunState.Cancelled] = [RunState.Queued],
    }.ToFrozenDictionary();

    /// <summary>Whether nothing will happen any more without a user.</summary>
    public static bool IsFinal(this RunState state) => state is RunState.Done or RunState.Failed or RunState.Cancelled;

    /// <summary>Whether a run may go from one state straight to another; everything else is a bug of the caller.</summary>
    public static bool CanMoveTo(this RunState from, RunState target) => Moves[from].Contains(target);
}
