using Framevet.Pipeline;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>What a page holds on its item: claimed when the item opens, renewed while it stays open, given back when it is left. Belongs to one page.</summary>
internal sealed class ItemLease(ReviewDesk desk, TimeProvider clock)
{
    // The shortest lease is a minute: it must be looked at more often than that.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(60);
    private Guid _item;
    private TimeSpan _length;
    private DateTimeOffset _renewedAt;

    /// <summary>The claim; null while the item is somebody else's, or after a word on it.</summary>
    public ReviewClaim? Claim { get; private set; }

    /// <summary>Why there is no claim, in words; null when there is one.</summary>
    public string? Holder { get; private set; }

    /// <summary>Claims the item, if it is to be had.</summary>
    public async Task ClaimAsync(Guid item, Actor actor, CancellationToken ct)
    {
        (_item, Claim, Holder, _renewedAt) = (item, null, null, clock.GetUtcNow());
        try
        {
            Claim = (await desk.ClaimAsync(item, actor, ct)).Claim;
            _length = Claim is { } claim ? claim.ExpiresAt - _renewedAt : TimeSpan.Zero;
        }
        catch (VettingException trouble) when (trouble.Code is FailureCode.Conflict or FailureCode.Forbidden)
        {
            Holder = trouble.Message;
        }
    }

    /// <summary>Gives the item back, if it is held.</summary>
    public async Task ReleaseAsync(Actor actor, CancellationToken ct)
    {
        if (Claim is { } claim)
        {
            Claim = null;
            await desk.ReleaseAsync(_item, claim.Token, actor, ct);
        }
    }

    /// <summary>The item went to somebody else, or was decided.</summary>
    public void Drop() => Claim = null;

    /// <summary>Renews whatever is held until the page is gone; <paramref name="onRenewed"/> shows it.</summary>
    public async Task RenewAsync(Actor actor, Func<Task> onRenewed, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var now = clock.GetUtcNow();
            if (Claim is { } claim && now - _renewedAt >= TimeSpan.FromTicks(Math.Min(RenewEvery.Ticks, _length.Ticks / 3)))
            {
                _renewedAt = now;
                await desk.RenewAsync(_item, claim.Token, actor, ct);
                await onRenewed();
            }
        }
    }
}
