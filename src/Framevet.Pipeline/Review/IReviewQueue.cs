using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>The queue of doubtful items in the store. Every change is one atomic conditional statement.</summary>
public interface IReviewQueue
{
    /// <summary>Adds an item. Of flagged ones a run has at most one open: then that one counts. Returns the one that counts.</summary>
    Task<ReviewItem> AddAsync(ReviewItem item, CancellationToken ct);

    /// <summary>The item, or null. An expired lease reads as Waiting.</summary>
    Task<ReviewItem?> GetAsync(Guid id, CancellationToken ct);

    /// <summary>Flagged items that the run waits for: open, or decided while the decision can still be taken back.</summary>
    Task<ImmutableArray<ReviewItem>> OpenForRunAsync(RunId run, CancellationToken ct);

    /// <summary>All items of the run, oldest first.</summary>
    Task<ImmutableArray<ReviewItem>> ForRunAsync(RunId run, CancellationToken ct);

    /// <summary>
    /// Claims the item when it is waiting or its lease has run out, and neither is it somebody else's (leads pass) nor the actor excluded; or when
    /// the actor has it already. Returns it with a new, higher token, or null.
    /// </summary>
    Task<ReviewItem?> TryClaimAsync(Guid id, Actor actor, DateTimeOffset now, TimeSpan lease, CancellationToken ct);

    /// <summary>Claims the next free item: the actor's own first, then by severity and age. Null when there is none.</summary>
    Task<ReviewItem?> TryClaimNextAsync(ClaimWish wish, CancellationToken ct);

    /// <summary>Extends the lease; false when the token is no longer the current one.</summary>
    Task<bool> TryRenewAsync(Guid id, long token, DateTimeOffset now, TimeSpan lease, CancellationToken ct);

    /// <summary>Gives the item back; false when the token is no longer the current one. A golden item goes away.</summary>
    Task<bool> TryReleaseAsync(Guid id, long token, DateTimeOffset now, CancellationToken ct);

    /// <summary>Gives the item back for later, for somebody or for a second opinion; false when the token is no longer the current one.</summary>
    Task<bool> TryParkAsync(Guid id, long token, Parking parking, DateTimeOffset now, CancellationToken ct);

    /// <summary>Stores the word if the token is current and the lease has not run out, and does with the item what <paramref name="ruling"/> says. False otherwise.</summary>
    Task<bool> TryDecideAsync(Guid id, long token, ReviewDecision word, Ruling ruling, DateTimeOffset now, CancellationToken ct);

    /// <summary>All words on the item that were not taken back, oldest first.</summary>
    Task<ImmutableArray<ReviewDecision>> WordsAsync(Guid id, CancellationToken ct);

    /// <summary>
    /// Takes back the user's last word when it was given after <paramref name="since"/>, has not taken effect and nobody claimed the item
    /// meanwhile. Returns the item, claimed by the user again, or null.
    /// </summary>
    Task<ReviewItem?> TryUndoAsync(Guid id, Actor actor, DateTimeOffset since, DateTimeOffset now, TimeSpan lease, CancellationToken ct);

    /// <summary>Decided items whose decision is due to take effect.</summary>
    Task<ImmutableArray<ReviewItem>> DueAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>Notes that the decision has taken effect.</summary>
    Task SettleAsync(Guid id, DateTimeOffset now, CancellationToken ct);

    /// <summary>Adds a later word that replaces the final one; false when there is no decision in effect.</summary>
    Task<bool> TryReverseAsync(Guid id, ReviewDecision word, CancellationToken ct);

    /// <summary>Withdraws all items of the run that are open or whose decision can still be taken back.</summary>
    Task WithdrawAsync(RunId run, CancellationToken ct);

    /// <summary>Takes golden items away whose lease ran out. Returns how many.</summary>
    Task<int> DropStaleGoldenAsync(DateTimeOffset now, CancellationToken ct);
}

/// <summary>Which item somebody wants next.</summary>
public sealed record ClaimWish(Actor Actor, DateTimeOffset Now, TimeSpan Lease)
{
    /// <summary>Only this queue (<see cref="ReviewQueues.Escalated"/>: only escalated items); null = any.</summary>
    public string? Queue { get; init; }

    /// <summary>Only this severity; null = any.</summary>
    public ReviewSeverity? Severity { get; init; }

    /// <summary>Items not wanted now.</summary>
    public ImmutableArray<Guid> Skip { get; init; } = [];

    /// <summary>Queues closed for this person today.</summary>
    public ImmutableArray<string> Closed { get; init; } = [];

    /// <summary>A queue that comes after the others.</summary>
    public string? Avoid { get; init; }
}

/// <summary>How an item is given back. <paramref name="Excluded"/>: a user who may not claim it again.</summary>
public sealed record Parking(ReviewAssignment? Assignment, string? Note, string? Excluded = null);

/// <summary>What a word does to the item. <paramref name="EffectiveAt"/>: only for <see cref="RulingKind.Final"/>.</summary>
public sealed record Ruling(RulingKind Kind, DateTimeOffset? EffectiveAt = null);

/// <summary>Kinds of rulings.</summary>
public enum RulingKind
{
    /// <summary>The item is decided.</summary>
    Final,
    /// <summary>One of several needed words: the item waits for another person.</summary>
    Vote,
    /// <summary>A lead must decide.</summary>
    Escalation,
    /// <summary>The words differ: a lead must decide, and those who gave theirs are no longer shut out.</summary>
    Disagreement,
}
