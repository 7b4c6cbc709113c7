using System.Collections.Concurrent;

namespace Framevet.Pipeline.Runs;

/// <summary>The runs that this process works on, so that a user's cancel reaches the worker at once. Thread-safe.</summary>
internal sealed class WorkInHand(TimeProvider time)
{
    private readonly ConcurrentDictionary<RunId, RunWork> _works = new();

    /// <summary>Whether a worker of this process has the run.</summary>
    public bool Has(RunId id) => _works.ContainsKey(id);

    /// <summary>Takes the run in hand; null when a worker of this process has it already. <paramref name="pressure"/>: the disk runs short. Dispose to let go.</summary>
    public RunWork? TryBegin(RunId id, TimeSpan? limit, CancellationToken pressure, CancellationToken stopping)
    {
        var work = new RunWork(limit, time, () => _works.TryRemove(id, out _), pressure, stopping);
        if (_works.TryAdd(id, work))
        {
            return work;
        }

        work.Forget();
        return null;
    }

    /// <summary>Interrupts the worker; no effect when there is none.</summary>
    public async Task CancelAsync(RunId id)
    {
        if (_works.TryGetValue(id, out var work))
        {
            await work.CancelAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>One piece of work with its one token: user cancel, host stop, full disk and time limit linked, and which of them it was.</summary>
internal sealed class RunWork : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _user = new();
    private readonly CancellationTokenSource _loss = new();
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _pressure;
    private readonly CancellationToken _stopping;
    private readonly Action _letGo;
    private bool _isOver;

    public RunWork(TimeSpan? limit, TimeProvider time, Action letGo, CancellationToken pressure, CancellationToken stopping)
    {
        (_pressure, _stopping, _letGo) = (pressure, stopping, letGo);
        _limit = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource([_user.Token, _loss.Token, _limit.Token, pressure, stopping]);
    }

    /// <summary>The right to the run; null until it was taken.</summary>
    public RunLease? Lease { get; set; }

    /// <summary>Another worker has taken the run.</summary>
    public bool ByLoss => _loss.IsCancellationRequested;

    /// <summary>Ends the work, whoever wants it.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>The user cancelled.</summary>
    public bool ByUser => _user.IsCancellationRequested;

    /// <summary>The host stops.</summary>
    public bool ByHost => _stopping.IsCancellationRequested;

    /// <summary>The disk ran short.</summary>
    public bool ByDisk => _pressure.IsCancellationRequested;

    /// <summary>It took too long.</summary>
    public bool ByLimit => _limit.IsCancellationRequested;

    /// <summary>The user cancels.</summary>
    public Task CancelAsync()
    {
        lock (_gate)
        {
            return _isOver ? Task.CompletedTask : _user.CancelAsync();
        }
    }

    /// <summary>Another worker has taken the run: everything ends, and nothing is written any more.</summary>
    public Task LoseAsync()
    {
        lock (_gate)
        {
            return _isOver ? Task.CompletedTask : _loss.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _letGo();
        Forget();
    }

    /// <summary>Frees the tokens of work that was never taken in hand.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _isOver = true;
            _linked.Dispose();
            _limit.Dispose();
        }
    }
}
