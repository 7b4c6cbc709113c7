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
    /// <summary>Whether nothing will happen any more without a user.</summary>
    public static bool IsFinal(this RunState state) => state is RunState.Done or RunState.Failed or RunState.Cancelled;
}
