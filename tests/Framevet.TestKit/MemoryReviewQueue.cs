using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.TestKit;

/// <summary>The review queue in memory, with the same rules as the one in the database. Thread-safe.</summary>
public sealed class MemoryReviewQueue(TimeProvider time) : IReviewQueue
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, ReviewItem> _items = [];
    private readonly Dictionary<Guid, List<(ReviewDecision Word, bool IsFinal)>> _words = [];
    private long _token;

    /// <summary>All items, whatever their state.</summary>
    public ImmutableArray<ReviewItem> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _items.Values.Select(Seen)];
            }
        }
    }

    /// <inheritdoc/>
    public Task<ReviewItem> AddAsync(ReviewItem item, CancellationToken ct)
    {
        lock (_gate)
        {
            var open = item.Kind != ReviewKind.Flagged ? null
                : _items.Values.FirstOrDefault(i => i.RunId == item.RunId && i.Kind == ReviewKind.Flagged && i.State is ReviewState.Waiting or ReviewState.Claimed);
            if (open is null)
            {
                _items.Add(item.Id, item);
                _words[item.Id] = [];
            }

            return Task.FromResult(open ?? item);
        }
    }

    /// <inheritdoc/>
    public Task<ReviewItem?> GetAsync(Guid id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_items.TryGetValue(id, out var item) ? Seen(item) : null);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ReviewItem>> OpenForRunAsync(RunId run, CancellationToken ct) => Where(i => i.RunId == run && i.Kind == ReviewKind.Flagged && IsPending(i));

    /// <inheritdoc/>
    public Task<ImmutableArray<ReviewItem>> ForRunAsync(RunId run, CancellationToken ct) => Where(i => i.RunId == run);

    /// <inheritdoc/>
    public Task<ReviewItem?> TryClaimAsync(Guid id, Actor actor, DateTimeOffset now, TimeSpan lease, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        lock (_gate)
        {
            var mayHave = _items.TryGetValue(id, out var item) && ((item.State == ReviewState.Claimed && item.Claim!.UserId == actor.Id)
                || (IsFree(item, now) && !item.Excluded.Contains(actor.Id) && (actor.Has(Rights.Lead) || IsFor(item, actor, now))));
            return Task.FromResult(mayHave ? Claim(item!, actor, now, lease) : null);
        }
    }

    /// <inheritdoc/>
    public Task<ReviewItem?> TryClaimNextAsync(ClaimWish wish, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wish);
        lock (_gate)
        {
            var isEscalated = wish.Queue == ReviewQueues.Escalated;
            var next = _items.Values
                .Where(i => IsFree(i, wish.Now) && IsFor(i, wish.Actor, wish.Now) && !(i.Assignment is { IsHold: true } a && a.Until > wish.Now) && !i.Excluded.Contains(wish.Actor.Id)
                    && (wish.Actor.Has(Rights.Lead) || !i.IsEscalated) && (!isEscalated || i.IsEscalated) && (isEscalated || wish.Queue is null || wish.Queue == i.Queue)
                    && (wish.Severity is null || wish.Severity == i.Severity) && !wish.Skip.Contains(i.Id) && !wish.Closed.Contains(i.Queue))
                .OrderBy(i => i.Assignment is null).ThenBy(i => i.Queue == wish.Avoid).ThenByDescending(i => i.Severity).ThenBy(i => i.CreatedAt)
                .FirstOrDefault();
            return Task.FromResult(next is null ? null : Claim(next, wish.Actor, wish.Now, wish.Lease));
        }
    }

    /// <inheritdoc/>
    public Task<bool> TryRenewAsync(Guid id, long token, DateTimeOffset now, TimeSpan lease, CancellationToken ct) =>
        Task.FromResult(Change(id, token, now, i => i with { Claim = i.Claim! with { ExpiresAt = now + lease } }));

    /// <inheritdoc/>
    public Task<bool> TryReleaseAsync(Guid id, long token, DateTimeOffset now, CancellationToken ct) =>
        Task.FromResult(Change(id, token, now, i => i with { State = i.Kind == ReviewKind.Golden ? ReviewState.Withdrawn : ReviewState.Waiting, Claim = null }));

    /// <inheritdoc/>
    public Task<bool> TryParkAsync(Guid id, long token, Parking parking, DateTimeOffset now, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(parking);
        return Task.FromResult(Change(id, token, now, i => i with
        {
            State = ReviewState.Waiting,
            Claim = null,
            Assignment = parking.Assignment,
            Note = parking.Note ?? i.Note,
            Excluded = parking.Excluded is { } person ? [.. i.Excluded.Append(person).Distinct()] : i.Excluded,
        }));
    }

    /// <inheritdoc/>
    public Task<bool> TryDecideAsync(Guid id, long token, ReviewDecision word, Ruling ruling, DateTimeOffset now, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(ruling);
        lock (_gate)
        {
            var done = Change(id, token, now, i => ruling.Kind switch
            {
                RulingKind.Final => i with { State = ReviewState.Decided, Claim = null, Assignment = null, Decision = word, EffectiveAt = ruling.EffectiveAt },
                RulingKind.Vote => i with { State = ReviewState.Waiting, Claim = null, Assignment = null, Excluded = [.. i.Excluded.Append(word.UserId).Distinct()] },
                RulingKind.Escalation => i with { State = ReviewState.Waiting, Claim = null, Assignment = null, IsEscalated = true },
                _ => i with { State = ReviewState.Waiting, Claim = null, Assignment = null, IsEscalated = true, Excluded = [] },
            });
            if (done)
            {
                _words[id].Add((word, ruling.Kind == RulingKind.Final));
            }

            return Task.FromResult(done);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ReviewDecision>> WordsAsync(Guid id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<ReviewDecision>>([.. _words[id].Select(w => w.Word)]);
        }
    }

    /// <inheritdoc/>
    public Task<ReviewItem?> TryUndoAsync(Guid id, Actor actor, DateTimeOffset since, DateTimeOffset now, TimeSpan lease, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        lock (_gate)
        {
            if (!_items.TryGetValue(id, out var item) || _words[id] is not [.., var last] || last.Word.UserId != actor.Id || last.Word.At <= since || last.Word.IsReversal
                || (last.IsFinal ? item.State != ReviewState.Decided || item.IsSettled || item.EffectiveAt <= now : item.State != ReviewState.Waiting || item.Assignment is not null))
            {
                return Task.FromResult<ReviewItem?>(null);
            }

            _words[id].RemoveAt(_words[id].Count - 1);
            ImmutableArray<string> voters = [.. _words[id].Where(w => w.Word.Decision != Decision.Escalate).Select(w => w.Word.UserId).Distinct()];
            item = item with
            {
                Decision = null,
                EffectiveAt = null,
                IsEscalated = last.IsFinal && item.IsEscalated,
                Excluded = voters.IsEmpty ? (last.IsFinal ? item.Excluded : item.Excluded.Remove(actor.Id)) : voters,
            };
            return Task.FromResult<ReviewItem?>(Claim(item, actor, now, lease));
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ReviewItem>> DueAsync(DateTimeOffset now, CancellationToken ct) => Where(i => i.State == ReviewState.Decided && !i.IsSettled && i.EffectiveAt <= now);

    /// <inheritdoc/>
    public Task SettleAsync(Guid id, DateTimeOffset now, CancellationToken ct)
    {
        lock (_gate)
        {
            _items[id] = _items[id] with { IsSettled = true };
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public Task<bool> TryReverseAsync(Guid id, ReviewDecision word, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_items.TryGetValue(id, out var item) || item is not { State: ReviewState.Decided, IsSettled: true })
            {
                return Task.FromResult(false);
            }

            _items[id] = item with { Decision = word };
            _words[id].Add((word, true));
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task WithdrawAsync(RunId run, CancellationToken ct)
    {
        lock (_gate)
        {
            foreach (var item in _items.Values.Where(i => i.RunId == run && IsPending(i)).ToArray())
            {
                _items[item.Id] = item with { State = ReviewState.Withdrawn, Claim = null };
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> DropStaleGoldenAsync(DateTimeOffset now, CancellationToken ct)
    {
        lock (_gate)
        {
            var stale = _items.Values.Where(i => i.Kind == ReviewKind.Golden && IsFree(i, now)).ToArray();
            foreach (var item in stale)
            {
                _items[item.Id] = item with { State = ReviewState.Withdrawn, Claim = null };
            }

            return Task.FromResult(stale.Length);
        }
    }

    private static bool IsPending(ReviewItem item) => item.State is ReviewState.Waiting or ReviewState.Claimed || (item.State == ReviewState.Decided && !item.IsSettled);

    private static bool IsFree(ReviewItem item, DateTimeOffset now) => item.State == ReviewState.Waiting || (item.State == ReviewState.Claimed && item.Claim!.ExpiresAt <= now);

    private static bool IsFor(ReviewItem item, Actor actor, DateTimeOffset now) => item.Assignment is not { } a || a.UserId == actor.Id || a.Until <= now;

    private Task<ImmutableArray<ReviewItem>> Where(Func<ReviewItem, bool> filter)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<ReviewItem>>([.. _items.Values.Where(filter).OrderBy(i => i.CreatedAt).Select(Seen)]);
        }
    }

    private ReviewItem Seen(ReviewItem item)
    {
        var now = time.GetUtcNow();
        item = item.State == ReviewState.Claimed && item.Claim!.ExpiresAt <= now ? item with { State = ReviewState.Waiting, Claim = null } : item;
        return item.Assignment is { Until: { } until } && until <= now ? item with { Assignment = null } : item;
    }

    private ReviewItem Claim(ReviewItem item, Actor actor, DateTimeOffset now, TimeSpan lease)
    {
        var since = item.Claim is { } old && old.UserId == actor.Id && old.ExpiresAt > now ? old.Since : now;
        var claimed = item with { State = ReviewState.Claimed, Claim = new ReviewClaim(actor.Id, actor.Name, now + lease, ++_token, since) };
        _items[item.Id] = claimed;
        return claimed;
    }

    private bool Change(Guid id, long token, DateTimeOffset now, Func<ReviewItem, ReviewItem> change)
    {
        lock (_gate)
        {
            if (!_items.TryGetValue(id, out var item) || item.State != ReviewState.Claimed || item.Claim!.Token != token || item.Claim.ExpiresAt <= now)
            {
                return false;
            }

            _items[id] = change(item);
            return true;
        }
    }
}
