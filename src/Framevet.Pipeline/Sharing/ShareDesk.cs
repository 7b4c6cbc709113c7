using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Sharing;

/// <summary>Makes, lists, revokes and opens links for guests. Thread-safe.</summary>
public sealed class ShareDesk(RunPorts ports, IShareStore store)
{
    /// <summary>Longest life of a link in days.</summary>
    public const int MostDays = 90;

    /// <summary>Shortest password.</summary>
    public const int LeastPassword = 8;

    private const int MostTitle = 100, MostWatermark = 60, MostPassword = 200, MostPicks = 10_000;

    /// <summary>Makes a link to a run whose frames are judged.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict (not judged yet), InvalidRequest.</exception>
    public async Task<NewShare> CreateAsync(RunId run, ShareWish wish, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(actor);
        var row = actor.MustSteer(await ports.Store.GetAsync(run, ct).ConfigureAwait(false), run, "share frames of");
        if (row.State is not (RunState.AwaitingReview or RunState.Finishing or RunState.Done))
        {
            throw new VettingException(FailureCode.Conflict, $"{row.SourceName}: frames can be shared once all of them are scored and judged.");
        }

        if (Fault(wish) is { } fault)
        {
            throw new VettingException(FailureCode.InvalidRequest, fault);
        }

        var now = ports.Time.GetUtcNow();
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var password = wish.Password is { Length: > 0 } text ? SharePassword.Hash(text) : null;
        var share = new Share(Guid.CreateVersion7(now), run, actor.Id, actor.Name, wish.Title.Trim() is { Length: > 0 } title ? title : row.SourceName, wish.Frames, wish.MayPick, password is not null,
            wish.Watermark?.Trim() is { Length: > 0 } mark ? mark : null, now, now.AddDays(wish.Days), null);
        await store.AddAsync(share, Hash(token), password, ct).ConfigureAwait(false);
        await ports.Audit.AppendAsync(actor, "share.create", share.Id.ToString("N"), null, Audited.Shared(share), CancellationToken.None).ConfigureAwait(false);
        await TellAsync(share, CancellationToken.None).ConfigureAwait(false);
        return new NewShare(share, token);
    }

    /// <summary>Closes a link at once.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task<Share> RevokeAsync(Guid id, Actor actor, CancellationToken ct)
    {
        var share = await MineAsync(id, actor, ct).ConfigureAwait(false);
        var now = ports.Time.GetUtcNow();
        if (await store.RevokeAsync(id, now, ct).ConfigureAwait(false))
        {
            share = share with { RevokedAt = now };
            await ports.Audit.AppendAsync(actor, "share.revoke", share.Id.ToString("N"), Audited.Shared(share), null, CancellationToken.None).ConfigureAwait(false);
            await TellAsync(share, CancellationToken.None).ConfigureAwait(false);
        }

        return share;
    }

    /// <summary>Links of a run, newest first.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task<ImmutableArray<Share>> ListAsync(RunId run, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        _ = actor.MustSteer(await ports.Store.GetAsync(run, ct).ConfigureAwait(false), run, "see the links of");
        return await store.ForRunAsync(run, ct).ConfigureAwait(false);
    }

    /// <summary>What guests picked, the most picked first.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task<ImmutableArray<GuestPick>> PicksAsync(Guid id, Actor actor, CancellationToken ct)
    {
        _ = await MineAsync(id, actor, ct).ConfigureAwait(false);
        return await store.PicksAsync(id, ct).ConfigureAwait(false);
    }

    /// <summary>The open link with this token and the hash of its password; null when there is none, when it is over or when it was revoked: these are not told apart.</summary>
    public async Task<(Share Share, string? PasswordHash)?> OpenAsync(string token, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Length is > 20 and < 100 && await store.FindAsync(Hash(token), ct).ConfigureAwait(false) is { } found && found.Share.IsOpenAt(ports.Time.GetUtcNow()) ? found : null;
    }

    /// <summary>Sets or takes back a guest's pick of a frame that the guest can see (the caller has looked), and tells who watches the run.</summary>
    /// <exception cref="VettingException">Forbidden where guests may only look.</exception>
    public async Task<bool> PickAsync(Share share, string guest, long pts, bool isPicked, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(share);
        if (!share.MayPick)
        {
            throw new VettingException(FailureCode.Forbidden, "This link is for looking only.");
        }

        var isChanged = await store.PickAsync(share.Id, guest, pts, isPicked, MostPicks, ports.Time.GetUtcNow(), ct).ConfigureAwait(false);
        if (isChanged)
        {
            await TellAsync(share, CancellationToken.None).ConfigureAwait(false);
        }

        return isChanged;
    }

    private static string? Fault(ShareWish wish) =>
        wish.Days is < 1 or > MostDays ? $"A link lives 1 to {MostDays} days."
        : wish.Title.Length > MostTitle || wish.Title.Any(char.IsControl) ? $"A title has at most {MostTitle} characters on one line."
        : wish.Watermark is { } mark && (mark.Length > MostWatermark || mark.Any(char.IsControl)) ? $"A watermark has at most {MostWatermark} characters on one line."
        : wish.Password is { Length: > 0 } password && password.Length is < LeastPassword or > MostPassword ? $"A password has {LeastPassword} to {MostPassword} characters."
        : null;

    private async Task<Share> MineAsync(Guid id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var share = await store.GetAsync(id, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, "There is no such link.");
        _ = actor.MustSteer(await ports.Store.GetAsync(share.RunId, ct).ConfigureAwait(false), share.RunId, "change the links of");
        return share;
    }

    private async Task TellAsync(Share share, CancellationToken ct)
    {
        var run = await ports.Store.GetAsync(share.RunId, ct).ConfigureAwait(false);
        ports.Events.Publish(new ShareChanged(share.RunId, run?.Revision ?? 0, ports.Time.GetUtcNow(), share.Id));
    }

    // Fast on purpose: nobody guesses 256 random bits.
    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
