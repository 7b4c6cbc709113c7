using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// The book of paid calls. A call is entered before it is made, so that a crash never makes one go uncounted; whether it fits the limits and entering it are one atomic step, so that
/// many workers together keep them, too.
/// </summary>
public interface ICallLedger
{
    /// <summary>Enters a call when the limits allow it.</summary>
    Task<CallEntry> TryEnterAsync(PaidCall call, CallLimits limits, CancellationToken ct);

    /// <summary>Notes how an entered call ended. Only a call that certainly never left this machine is not counted any more.</summary>
    Task CloseAsync(long id, CallOutcome outcome, CancellationToken ct);

    /// <summary>Calls entered for a run so far.</summary>
    Task<int> CountAsync(RunId run, CancellationToken ct);
}

/// <summary>
/// A call about to be made. <paramref name="Price"/> in US dollars; <paramref name="Label"/>: what the screen saw, null when nothing; <paramref name="Frames"/>: frames in the picture.
/// </summary>
public sealed record PaidCall(RunId Run, string OwnerId, string Backend, string ModelVersion, decimal Price, string? Label, int Frames);

/// <summary>What must not be exceeded. <paramref name="PerRun"/>: calls; <paramref name="DayBudget"/>: US dollars from midnight to midnight UTC, null = no limit.</summary>
public sealed record CallLimits(int PerRun, decimal? DayBudget);

/// <summary>The entry, or why there is none.</summary>
public sealed record CallEntry(long? Id, CallRefusal Refusal);

/// <summary>Why a call was not entered.</summary>
public enum CallRefusal
{
    /// <summary>It was.</summary>
    None,
    /// <summary>The file has used up its calls.</summary>
    RunCap,
    /// <summary>The day has used up its budget.</summary>
    DayBudget,
}

/// <summary>How a call ended. Names are stored.</summary>
public enum CallOutcome
{
    /// <summary>Still on its way, or the process died meanwhile; counts.</summary>
    Open,
    /// <summary>Answered.</summary>
    Answered,
    /// <summary>No usable answer; may have been charged, so it counts.</summary>
    Failed,
}

/// <summary>A book in memory, for the command line and tests. Thread-safe.</summary>
public sealed class MemoryCallLedger(TimeProvider time) : ICallLedger
{
    private readonly Lock _gate = new();
    private readonly List<(long Id, DateTimeOffset At, PaidCall Call, CallOutcome Outcome)> _calls = [];

    /// <summary>All calls in order.</summary>
    public ImmutableArray<(PaidCall Call, CallOutcome Outcome)> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls.Select(c => (c.Call, c.Outcome))];
            }
        }
    }

    /// <inheritdoc/>
    public Task<CallEntry> TryEnterAsync(PaidCall call, CallLimits limits, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(limits);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_calls.Count(c => c.Call.Run == call.Run) >= limits.PerRun)
            {
                return Task.FromResult(new CallEntry(null, CallRefusal.RunCap));
            }

            if (limits.DayBudget is { } budget && _calls.Where(c => c.At.UtcDateTime.Date == now.UtcDateTime.Date).Sum(c => c.Call.Price) + call.Price > budget)
            {
                return Task.FromResult(new CallEntry(null, CallRefusal.DayBudget));
            }

            _calls.Add((_calls.Count + 1, now, call, CallOutcome.Open));
            return Task.FromResult(new CallEntry(_calls.Count, CallRefusal.None));
        }
    }

    /// <inheritdoc/>
    public Task CloseAsync(long id, CallOutcome outcome, CancellationToken ct)
    {
        lock (_gate)
        {
            _calls[(int)id - 1] = _calls[(int)id - 1] with { Outcome = outcome };
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public Task<int> CountAsync(RunId run, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_calls.Count(c => c.Call.Run == run));
        }
    }
}
