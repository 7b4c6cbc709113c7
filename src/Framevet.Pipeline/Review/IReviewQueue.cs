using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>The queue of doubtful items in the store. Every change is one atomic conditional statement.</summary>
public interface IReviewQueue
{
    /// <summary>Adds the run's item unless an open one exists already; returns the one that counts.</summary>
    Task<ReviewItem> AddAsync(ReviewItem item, CancellationToken ct);

    /// <summary>The item, or null. An expired lease reads as Waiting.</summary>
    Task<ReviewItem?> GetAsync(Guid id, CancellationToken ct);

    /// <summary>Open items of the run.</summary>
    Task<ImmutableArray<ReviewItem>> OpenForRunAsync(RunId run, CancellationToken ct);

    /// <summary>
    /// Claims the item when it is waiting, its lease has run out, or it is the same user's already. Returns it with a new, higher token, or
    /// null when another holds it.
    /// </summary>
    Task<ReviewItem?> TryClaimAsync(Guid id, string userId, string userName, DateTimeOffset now, TimeSpan lease, CancellationToken ct);

    /// <summary>Claims the oldest item that is free, skipping <paramref name="skip"/>; null when there is none. Escalated ones only when <paramref name="includeEscalated"/>.</summary>
    Task<ReviewItem?> TryClaimNextAsync(string userId, string userName, DateTimeOffset now, TimeSpan lease, bool includeEscalated, ImmutableArray<Guid> skip, CancellationToken ct);

    /// <summary>Extends the lease; false when the token is no longer the current one.</summary>
    Task<bool> TryRenewAsync(Guid id, long token, DateTimeOffset now, TimeSpan lease, CancellationToken ct);

    /// <summary>Gives the item back; false when the token is no longer the current one.</summary>
    Task<bool> TryReleaseAsync(Guid id, long token, DateTimeOffset now, CancellationToken ct);

    /// <summary>Stores the decision if the token is current and the lease has not run out; an Escalate puts the item back as escalated. False otherwise.</summary>
    Task<bool> TryDecideAsync(Guid id, long token, ReviewDecision decision, DateTimeOffset now, CancellationToken ct);

    /// <summary>Withdraws all open items of the run.</summary>
    Task WithdrawAsync(RunId run, CancellationToken ct);
}
