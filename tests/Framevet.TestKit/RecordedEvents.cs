using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.TestKit;

/// <summary>Passes events on and remembers them; a test may look at the store at the very moment of an event.</summary>
public sealed class RecordedEvents : IRunEvents
{
    private readonly InProcessRunEvents _inner = new();
    private readonly ConcurrentQueue<RunEvent> _all = new();

    /// <summary>Everything published so far, in order.</summary>
    public ImmutableArray<RunEvent> All => [.. _all];

    /// <summary>Called for each event while it is published.</summary>
    public Action<RunEvent>? OnPublish { get; set; }

    /// <inheritdoc/>
    public void Publish(RunEvent news)
    {
        OnPublish?.Invoke(news);
        _all.Enqueue(news);
        _inner.Publish(news);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEvent> WatchAsync(RunId? run, CancellationToken ct) => _inner.WatchAsync(run, ct);
}
