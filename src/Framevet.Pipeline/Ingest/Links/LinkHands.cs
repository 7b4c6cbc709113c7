using System.Collections.Concurrent;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>The links that this process fetches: under a lease each, so that of several nodes one does, and what a dead one left is taken up by another. Thread-safe.</summary>
internal sealed class LinkHands(ILinkStore store, LinkFetch fetch, FindActor findActor, DiskReserve reserve, WorkNode node, TimeProvider time, ILogger<LinkHands> logger)
{
    private readonly ConcurrentDictionary<Guid, LinkWork> _inHand = new();

    /// <summary>Whether a link is being fetched here.</summary>
    public bool Has(Guid id) => _inHand.ContainsKey(id);

    /// <summary>The share that is fetched; null = unknown, or not fetched here.</summary>
    public double? ShareOf(Guid id) => _inHand.TryGetValue(id, out var work) ? work.Share : null;

    /// <summary>Stops a link; false when it is not fetched here.</summary>
    public async Task<bool> StopAsync(Guid id)
    {
        if (!_inHand.TryGetValue(id, out var work))
        {
            return false;
        }

        await work.Stop.CancelAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>What a dead server was fetching waits again. <paramref name="isStart"/>: this one has not fetched anything yet.</summary>
    public async Task RecoverAsync(bool isStart, CancellationToken ct)
    {
        var left = isStart && node.IsAlone ? await store.InStateAsync(LinkState.Fetching, int.MaxValue, ct).ConfigureAwait(false) : await store.OrphansAsync(ct).ConfigureAwait(false);
        foreach (var id in left.Where(id => !_inHand.ContainsKey(id)))
        {
            if (await store.TryTakeAsync(id, node, ct).ConfigureAwait(false) is not { } lease)
            {
                continue;
            }

            if (await store.GetAsync(id, ct).ConfigureAwait(false) is { } link)
            {
                await store.TryUpdateAsync(lease, link with { State = LinkState.Waiting, Reason = "Waiting." }, LinkState.Fetching, ct).ConfigureAwait(false);
            }

            await store.ReleaseAsync(lease, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Fetches one waiting link; as it stands afterwards, or null when there was nothing to do. Never throws for a link that fails; one that the host's stop interrupts waits again.</summary>
    public async Task<Link?> WorkAsync(Guid id, CancellationToken stopping)
    {
        if (await store.GetAsync(id, stopping).ConfigureAwait(false) is not { State: LinkState.Waiting } link)
        {
            return null;
        }

        link = link with { State = LinkState.Fetching, Reason = "Being fetched.", RunId = link.RunId ?? RunId.New(time.GetUtcNow()) };
        using var work = new LinkWork(reserve.Pressure, stopping);
        if (!_inHand.TryAdd(id, work))
        {
            return null;
        }

        try
        {
            if (await store.TryTakeAsync(id, node, stopping).ConfigureAwait(false) is not { } lease)
            {
                return null;
            }

            return await UnderAsync(lease, link, work, stopping).ConfigureAwait(false);
        }
        catch (LeaseLostException)
        {
            // It was taken for dead, and another node fetches the link: nothing of this is stored.
            return null;
        }
        finally
        {
            _inHand.TryRemove(id, out _);
        }
    }

    private async Task<Link?> UnderAsync(RowLease lease, Link link, LinkWork work, CancellationToken stopping)
    {
        try
        {
            if (!await store.TryUpdateAsync(lease, link, LinkState.Waiting, stopping).ConfigureAwait(false))
            {
                return null;
            }

            var beat = new Heartbeat(lease, BeatAsync, work.Stop.CancelAsync, time, logger);
            Link end;
            await using (beat.ConfigureAwait(false))
            {
                end = await EndAsync(link, work, stopping).ConfigureAwait(false);
            }

            if (end.State != LinkState.Waiting)
            {
                fetch.Forget(link.Id);
            }

            await store.TryUpdateAsync(lease, end, LinkState.Fetching, CancellationToken.None).ConfigureAwait(false);
            return end;
        }
        finally
        {
            await store.ReleaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }

        // Somebody may have cancelled it on another node.
        async Task BeatAsync(CancellationToken ct)
        {
            await store.RenewAsync(lease, ct).ConfigureAwait(false);
            if (await store.GetAsync(link.Id, ct).ConfigureAwait(false) is not { State: LinkState.Fetching })
            {
                await work.Stop.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends a link that an unexpected error broke, so that it is not taken up for ever.</summary>
    public async Task BreakAsync(Guid id, CancellationToken ct)
    {
        if (await store.GetAsync(id, ct).ConfigureAwait(false) is { } link)
        {
            var broken = link with { State = LinkState.Failed, Reason = "Something went wrong that should not. The server's log knows more.", Failure = FailureCode.Unexpected, RunId = null, EndedAt = time.GetUtcNow() };
            await store.TryUpdateAsync(broken, LinkState.Fetching, ct).ConfigureAwait(false);
            fetch.Forget(id);
        }
    }

    private async Task<Link> EndAsync(Link link, LinkWork work, CancellationToken stopping)
    {
        try
        {
            var owner = await findActor(link.OwnerId, work.Stop.Token).ConfigureAwait(false) ?? throw new VettingException(FailureCode.Forbidden, "The account that submitted the link is closed.");
            var done = await fetch.FetchAsync(link, owner, work, work.Stop.Token).ConfigureAwait(false);
            return done with { State = LinkState.Done, EndedAt = time.GetUtcNow() };
        }
        catch (Exception) when (work.ByDisk)
        {
            return link with { State = LinkState.Waiting, Reason = "Waiting: the disk of the server is nearly full." };
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested
                ? link with { State = LinkState.Waiting, Reason = "Waiting." }
                : link with { State = LinkState.Cancelled, Reason = "Cancelled.", EndedAt = time.GetUtcNow() };
        }
        catch (VettingException e)
        {
            return link with { State = LinkState.Failed, Reason = e.Message, Failure = e.Code, Detail = e.Detail, RunId = null, EndedAt = time.GetUtcNow() };
        }
    }

    /// <summary>A link in hand: how to stop it and how far it is.</summary>
    private sealed class LinkWork(CancellationToken pressure, CancellationToken stopping) : IProgress<double?>, IDisposable
    {
        private double _share = double.NaN;

        public CancellationTokenSource Stop { get; } = CancellationTokenSource.CreateLinkedTokenSource(pressure, stopping);

        public bool ByDisk => pressure.IsCancellationRequested;

        public double? Share => Volatile.Read(ref _share) is var share && double.IsNaN(share) ? null : share;

        public void Report(double? value) => Volatile.Write(ref _share, value ?? double.NaN);

        public void Dispose() => Stop.Dispose();
    }
}
