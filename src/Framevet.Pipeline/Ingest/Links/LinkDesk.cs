using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>What pages, API and worker do with links. Thread-safe.</summary>
public sealed class LinkDesk
{
    private readonly ConcurrentDictionary<Guid, LinkWork> _inHand = new();
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ILinkStore _store;
    private readonly LinkFetch _fetch;
    private readonly YtDlp _ytDlp;
    private readonly IBlobStore _blobs;
    private readonly OutboundWall _wall;
    private readonly LinksOptions _options;
    private readonly FindActor _findActor;
    private readonly DiskReserve _reserve;
    private readonly QuotaDesk _quotas;
    private readonly TimeProvider _time;

    internal LinkDesk(ILinkStore store, LinkFetch fetch, YtDlp ytDlp, IBlobStore blobs, OutboundWall wall, IOptions<LinksOptions> options, FindActor findActor, DiskReserve reserve, QuotaDesk quotas, TimeProvider time) =>
        (_store, _fetch, _ytDlp, _blobs, _wall, _options, _findActor, _reserve, _quotas, _time) = (store, fetch, ytDlp, blobs, wall, options.Value, findActor, reserve, quotas, time);

    /// <summary>Options in force.</summary>
    public LinksOptions Options => _options;

    /// <summary>Hosts whose pages are read.</summary>
    public ImmutableArray<string> Sites => [.. _options.AllSites];

    /// <summary>Takes links, one per line; all of them or, when one is no link, none.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest and SourceRefused (with the link), Conflict (too many).</exception>
    public async Task<ImmutableArray<Link>> SubmitAsync(ImmutableArray<string> lines, LinkChoice choice, Recipe? recipe, int priority, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Submit, "submit links");
        _reserve.Require(null, 0);
        choice = Checked(choice);
        var addresses = lines.Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith('#')).Distinct().Select(l => Parse(l, choice)).ToImmutableArray();
        var open = await _store.CountOpenAsync(actor.Id, ct).ConfigureAwait(false);
        if (addresses.IsEmpty || open + addresses.Length > _options.MaxOpen)
        {
            throw addresses.IsEmpty
                ? new VettingException(FailureCode.InvalidRequest, "There is no link.")
                : new VettingException(FailureCode.Conflict, string.Create(CultureInfo.InvariantCulture, $"{actor.Name} would have {open + addresses.Length} links waiting; {_options.MaxOpen} are allowed."));
        }

        var now = _time.GetUtcNow();
        var json = recipe is null ? null : JsonSerializer.Serialize(recipe, PipelineJson.Options);
        ImmutableArray<Link> links = [.. addresses.Select((a, i) => new Link
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = actor.Id,
            Text = a.Text,
            Choice = choice,
            Recipe = json,
            Priority = priority,
            State = LinkState.Waiting,
            Reason = "Waiting.",
            CreatedAt = now + TimeSpan.FromMilliseconds(i),
        })];
        await _quotas.AdmitAsync(actor, links.Length, 0, null, () => _store.AddAsync(links, ct), ct).ConfigureAwait(false);
        Ring();
        return links;
    }

    /// <summary>What is behind a link; nothing is fetched. For the address of a file: only that.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest, SourceRefused, and whatever hinders yt-dlp.</exception>
    public async Task<LinkLook> LookAsync(string text, LinkChoice choice, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Submit, "submit links");
        choice = Checked(choice);
        var address = Parse(text, choice);
        if (!address.IsSite)
        {
            return new LinkLook(null, null, null, null, [new LinkItem(address.Text, null, null, null, IsLive: false)]);
        }

        var folder = _blobs.NewWorkFolder();
        try
        {
            return await _ytDlp.LookAsync(address, choice, folder, null, ct).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The actor's links, newest first, each with the share that is fetched (null = unknown or not being fetched).</summary>
    public async Task<ImmutableArray<(Link Link, double? Share)>> ListAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return [.. (await _store.ListAsync(actor.Id, 500, ct).ConfigureAwait(false)).Select(l => (l, _inHand.TryGetValue(l.Id, out var work) ? work.Share : null))];
    }

    /// <summary>Stops a link; no effect when it is over.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task CancelAsync(Guid id, Actor actor, CancellationToken ct)
    {
        var link = await MineAsync(id, actor, ct).ConfigureAwait(false);
        var cancelled = link with { State = LinkState.Cancelled, Reason = "Cancelled.", EndedAt = _time.GetUtcNow() };
        if (await _store.TryUpdateAsync(cancelled, LinkState.Waiting, ct).ConfigureAwait(false) || await _store.TryUpdateAsync(cancelled, LinkState.Fetching, ct).ConfigureAwait(false))
        {
            if (_inHand.TryGetValue(id, out var work))
            {
                await work.Stop.CancelAsync().ConfigureAwait(false);
            }
            else
            {
                _fetch.Forget(id);
            }
        }
    }

    /// <summary>Takes a failed or cancelled link up again.</summary>
    /// <exception cref="VettingException">NotFound, Conflict.</exception>
    public async Task RetryAsync(Guid id, Actor actor, CancellationToken ct)
    {
        var link = await MineAsync(id, actor, ct).ConfigureAwait(false);
        var again = link with { State = LinkState.Waiting, Reason = "Waiting.", Failure = null, Detail = null, EndedAt = null, RunId = null };
        if (link.State is not (LinkState.Failed or LinkState.Cancelled) || _inHand.ContainsKey(id) || !await _store.TryUpdateAsync(again, link.State, ct).ConfigureAwait(false))
        {
            throw new VettingException(FailureCode.Conflict, "Only a failed or cancelled link can be tried again.");
        }

        Ring();
    }

    /// <summary>Forgets the actor's links that are over.</summary>
    public Task ClearAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return _store.ClearAsync(actor.Id, ct);
    }

    /// <summary>At start: what a dead server was fetching waits again.</summary>
    public async Task RecoverAsync(CancellationToken ct)
    {
        foreach (var id in await _store.InStateAsync(LinkState.Fetching, int.MaxValue, ct).ConfigureAwait(false))
        {
            if (await _store.GetAsync(id, ct).ConfigureAwait(false) is { } link)
            {
                await _store.TryUpdateAsync(link with { State = LinkState.Waiting, Reason = "Waiting." }, LinkState.Fetching, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends when a link may be waiting, at the latest after <paramref name="most"/>.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(most);
        try
        {
            await _bell.Reader.ReadAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // time to look anyway
        }
    }

    /// <summary>Ids of links that wait, oldest first; none while the disk is nearly full.</summary>
    public async Task<ImmutableArray<Guid>> WaitingAsync(int take, CancellationToken ct) => _reserve.IsShort ? [] : await _store.InStateAsync(LinkState.Waiting, take, ct).ConfigureAwait(false);

    /// <summary>Fetches one waiting link; false when there was nothing to do. Never throws for a link that fails; one that the host's stop interrupts waits again.</summary>
    public async Task<bool> WorkAsync(Guid id, CancellationToken stopping)
    {
        if (await _store.GetAsync(id, stopping).ConfigureAwait(false) is not { State: LinkState.Waiting } link)
        {
            return false;
        }

        link = link with { State = LinkState.Fetching, Reason = "Being fetched.", RunId = link.RunId ?? RunId.New(_time.GetUtcNow()) };
        using var work = new LinkWork(_reserve.Pressure, stopping);
        if (!_inHand.TryAdd(id, work))
        {
            return false;
        }

        try
        {
            if (!await _store.TryUpdateAsync(link, LinkState.Waiting, stopping).ConfigureAwait(false))
            {
                return false;
            }

            var end = await EndAsync(link, work, stopping).ConfigureAwait(false);
            if (end.State != LinkState.Waiting)
            {
                _fetch.Forget(id);
            }

            await _store.TryUpdateAsync(end, LinkState.Fetching, CancellationToken.None).ConfigureAwait(false);
            if (end.State == LinkState.Done && end.RunId is null)
            {
                Ring();
            }

            return true;
        }
        finally
        {
            _inHand.TryRemove(id, out _);
        }
    }

    /// <summary>Ends a link that an unexpected error broke, so that it is not taken up for ever.</summary>
    public async Task BreakAsync(Guid id, CancellationToken ct)
    {
        if (await _store.GetAsync(id, ct).ConfigureAwait(false) is { } link)
        {
            var broken = link with { State = LinkState.Failed, Reason = "Something went wrong that should not. The server's log knows more.", Failure = FailureCode.Unexpected, RunId = null, EndedAt = _time.GetUtcNow() };
            await _store.TryUpdateAsync(broken, LinkState.Fetching, ct).ConfigureAwait(false);
            _fetch.Forget(id);
        }
    }

    private async Task<Link> EndAsync(Link link, LinkWork work, CancellationToken stopping)
    {
        try
        {
            var owner = await _findActor(link.OwnerId, work.Stop.Token).ConfigureAwait(false) ?? throw new VettingException(FailureCode.Forbidden, "The account that submitted the link is closed.");
            var done = await _fetch.FetchAsync(link, owner, work, work.Stop.Token).ConfigureAwait(false);
            return done with { State = LinkState.Done, EndedAt = _time.GetUtcNow() };
        }
        catch (Exception) when (work.ByDisk)
        {
            return link with { State = LinkState.Waiting, Reason = "Waiting: the disk of the server is nearly full." };
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested
                ? link with { State = LinkState.Waiting, Reason = "Waiting." }
                : link with { State = LinkState.Cancelled, Reason = "Cancelled.", EndedAt = _time.GetUtcNow() };
        }
        catch (VettingException e)
        {
            return link with { State = LinkState.Failed, Reason = e.Message, Failure = e.Code, Detail = e.Detail, RunId = null, EndedAt = _time.GetUtcNow() };
        }
    }

    private void Ring() => _bell.Writer.TryWrite(true);

    private LinkChoice Checked(LinkChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var faults = choice.Faults().ToArray();
        if (!_options.Enabled || faults.Length > 0)
        {
            throw new VettingException(_options.Enabled ? FailureCode.InvalidRequest : FailureCode.SourceRefused, _options.Enabled ? string.Join(" ", faults) : "This server takes no links.");
        }

        return choice with { MaxItems = Math.Min(choice.MaxItems, _options.MaxPlaylist) };
    }

    private LinkAddress Parse(string text, LinkChoice choice)
    {
        try
        {
            return LinkAddress.Parse(text, choice, _options, _wall);
        }
        catch (VettingException e)
        {
            throw new VettingException(e.Code, $"{(text.Length <= 80 ? text : text[..80] + "…")}: {e.Message}", null, e);
        }
    }

    private async Task<Link> MineAsync(Guid id, Actor actor, CancellationToken ct) =>
        await _store.GetAsync(id, ct).ConfigureAwait(false) is { } link && link.OwnerId == actor.Id ? link : throw new VettingException(FailureCode.NotFound, "There is no such link.");

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
