using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>What moderators can do, from any way in. Thread-safe.</summary>
public sealed class ReviewDesk
{
    /// <summary>Claims one item.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Conflict (names the holder and the expiry).</exception>
    public Task<ReviewItem> ClaimAsync(Guid id, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Claims the oldest free item, skipping some; null when the queue is empty for this person.</summary>
    public Task<ReviewItem?> ClaimNextAsync(Actor actor, ImmutableArray<Guid> skip, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Extends the lease while the page is open; false when it was lost.</summary>
    public Task<bool> RenewAsync(Guid id, long token, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Gives the item back; false when the lease was lost.</summary>
    public Task<bool> ReleaseAsync(Guid id, long token, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>
    /// Decides: Allow clears the flagged frames, Block denies them, Escalate hands the item to a lead. Label is required. Once no item
    /// is open the run goes on to its second act.
    /// </summary>
    /// <exception cref="VettingException">Forbidden, NotFound, InvalidRequest (label), Conflict (lease lost; the other's word stands).</exception>
    public Task DecideAsync(Guid id, long token, Decision decision, string label, string? note, Actor actor, CancellationToken ct) => throw new NotImplementedException();
}
