using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// News within this process. Each watcher has a channel of its own that drops its oldest events when it is full, so that a slow or dead
/// watcher costs the others nothing. Thread-safe.
/// </summary>
public sealed class InProcessRunEvents : IRunEvents
{
    /// <summary>Events that wait for one watcher at most.</summary>
    public const int Capacity = 512;

    private ImmutableArray<Watcher> _watchers = [];

    /// <summary>Watchers right now.</summary>
    internal int Count => _watchers.Length;

    /// <summary>Whether anybody here would hear of the run at this moment.</summary>
    public bool IsWatched(RunId run) => _watchers.Any(w => w.Run is null || w.Run == run);

    /// <inheritdoc/>
    public void Publish(RunEvent news)
    {
        ArgumentNullException.ThrowIfNull(news);
        foreach (var watcher in _watchers)
        {
            if (watcher.Run is null || watcher.Run == news.RunId)
            {
                // Never fails and never waits: the channel drops its oldest, and a completed one ignores the write.
                watcher.Channel.Writer.TryWrite(news);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Watching begins with this call, not with the first read, so nothing is missed between the two. Ends quietly when cancelled.</remarks>
    public IAsyncEnumerable<RunEvent> WatchAsync(RunId? run, CancellationToken ct)
    {
        var watcher = new Watcher(run, Channel.CreateBounded<RunEvent>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }));
        ImmutableInterlocked.Update(ref _watchers, (all, added) => all.Add(added), watcher);
        var registration = ct.Register(() => Remove(watcher));
        return ReadAsync(watcher, registration, ct);
    }

    private async IAsyncEnumerable<RunEvent> ReadAsync(Watcher watcher, CancellationTokenRegistration registration, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested && await MayReadAsync(watcher, ct).ConfigureAwait(false))
            {
                while (!ct.IsCancellationRequested && watcher.Channel.Reader.TryRead(out var news))
                {
                    yield return news;
                }
            }
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            Remove(watcher);
        }
    }

    private static async Task<bool> MayReadAsync(Watcher watcher, CancellationToken ct)
    {
        try
        {
            return await watcher.Channel.Reader.WaitToReadAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Remove(Watcher watcher)
    {
        ImmutableInterlocked.Update(ref _watchers, (all, removed) => all.Remove(removed), watcher);
        watcher.Channel.Writer.TryComplete();
    }

    private sealed class Watcher(RunId? run, Channel<RunEvent> channel)
    {
        public RunId? Run { get; } = run;

        public Channel<RunEvent> Channel { get; } = channel;
    }
}
