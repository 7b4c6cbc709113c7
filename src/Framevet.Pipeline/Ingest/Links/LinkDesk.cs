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
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ILinkStore _store;
    private readonly LinkFetch _fetch;
    private readonly YtDlp _ytDlp;
    private readonly IBlobStore _blobs;
    private readonly OutboundWall _wall;
    private readonly LinksOptions _options;
    private readonly LinkHands _hands;
    private readonly DiskReserve _reserve;
    private readonly QuotaDesk _quotas;
    private readonly TimeProvider _time;

    internal LinkDesk(ILinkStore store, LinkFetch fetch, YtDlp ytDlp, IBlobStore blobs, OutboundWall wall, IOptions<LinksOptions> options, LinkHands hands, DiskReserve reserve, QuotaDesk quotas, TimeProvider time) =>
        (_store, _fetch, _ytDlp, _blobs, _wall, _options, _hands, _reserve, _quotas, _time) = (store, fetch, ytDlp, blobs, wall, options.Value, hands, reserve, quotas, time);

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
        return [.. (await _store.ListAsync(actor.Id, 500, ct).ConfigureAwait(false)).Select(l => (l, _hands.ShareOf(l.Id)))];
    }

    /// <summary>Stops a link; no effect when it is over.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task CancelAsync(Guid id, Actor actor, CancellationToken ct)
    {
        var link = await MineAsync(id, actor, ct).ConfigureAwait(false);
        var cancelled = link with { State = LinkState.Cancelled, Reason = "Cancelled.", EndedAt = _time.GetUtcNow() };
        if (await _store.TryUpdateAsync(cancelled, LinkState.Waiting, ct).ConfigureAwait(false) || await _store.TryUpdateAsync(cancelled, LinkState.Fetching, ct).ConfigureAwait(false))
        {
            if (!await _hands.StopAsync(id).ConfigureAwait(false))
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
        if (link.State is not (LinkState.Failed or LinkState.Cancelled) || _hands.Has(id) || !await _store.TryUpdateAsync(again, link.State, ct).ConfigureAwait(false))
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

    /// <inheritdoc cref="LinkHands.RecoverAsync"/>
    public Task RecoverAsync(bool isStart, CancellationToken ct) => _hands.RecoverAsync(isStart, ct);

    /// <inheritdoc cref="LinkHands.WorkAsync"/>
    public async Task<bool> WorkAsync(Guid id, CancellationToken stopping)
    {
        var end = await _hands.WorkAsync(id, stopping).ConfigureAwait(false);
        if (end is { State: LinkState.Done, RunId: null })
        {
            // A list became links.
            Ring();
        }

        return end is not null;
    }

    /// <inheritdoc cref="LinkHands.BreakAsync"/>
    public Task BreakAsync(Guid id, CancellationToken ct) => _hands.BreakAsync(id, ct);

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
}
