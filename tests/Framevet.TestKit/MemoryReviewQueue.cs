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
            var open = _items.Values.FirstOrDefault(i => i.RunId == item.RunId && IsOpen(i));
            if (open is null)
            {
                _items.Add(item.Id, item);
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
    public Task<ImmutableArray<ReviewItem>> OpenForRunAsync(RunId run, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<ReviewItem>>([.. _items.Values.Where(i => i.RunId == run && IsOpen(i)).Select(Seen)]);
        }
    }

    /// <inheritdoc/>
    public Task<ReviewItem?> TryClaimAsync(Guid id, string userId, string userName, DateTimeOffset now, TimeSpan lease, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_items.TryGetValue(id, out var item) && IsFree(item, userId, now) ? Claim(item, userId, userName, now + lease) : null);
        }
    }

    /// <inheritdoc/>
    public Task<ReviewItem?> TryClaimNextAsync(string userId, string userName, DateTimeOffset now, TimeSpan lease, bool includeEscalated, ImmutableArray<Guid> skip, CancellationToken ct)
    {
        lock (_gate)
        {
            var next = _items.Values
                .Where(i => IsFree(i, null, now) && !skip.Contains(i.Id) && (includeEscalated || !i.IsEscalated))
                .OrderBy(i => i.CreatedAt)
                .FirstOrDefault();
            return Task.FromResult(next is null ? null : Claim(next, userId, userName, now + lease));
        }
    }

    /// <inheritdoc/>
    public Task<bool> TryRenewAsync(Guid id, long token, DateTimeOffset now, TimeSpan lease, CancellationToken ct) =>
        Task.FromResult(Change(id, token, now, i => i with { Claim = i.Claim! with { ExpiresAt = now + lease } }));

    /// <inheritdoc/>
    public Task<bool> TryReleaseAsync(Guid id, long token, DateTimeOffset now, CancellationToken ct) =>
        Task.FromResult(Change(id, token, now, i => i with { State = ReviewState.Waiting, Claim = null }));

    /// <inheritdoc/>
    public Task<bool> TryDecideAsync(Guid id, long token, ReviewDecision decision, DateTimeOffset now, CancellationToken ct) =>
        Task.FromResult(Change(id, token, now, i => decision.Decision == Decision.Escalate
            ? i with { State = ReviewState.Waiting, Claim = null, IsEscalated = true }
            : i with { State = ReviewState.Decided, Claim = null, Decision = decision }));

    /// <inheritdoc/>
    public Task WithdrawAsync(RunId run, CancellationToken ct)
    {
        lock (_gate)
        {
            foreach (var item in _items.Values.Where(i => i.RunId == run && IsOpen(i)).ToArray())
            {
                _items[item.Id] = item with { State = ReviewState.Withdrawn, Claim = null };
            }
        }

        return Task.CompletedTask;
    }

    private static bool IsOpen(ReviewItem item) => item.State is ReviewState.Waiting or ReviewState.Claimed;

    private static bool IsFree(ReviewItem item, string? userId, DateTimeOffset now) =>
        item.State == ReviewState.Waiting || (item.State == ReviewState.Claimed && (item.Claim!.ExpiresAt <= now || item.Claim.UserId == userId));

    private ReviewItem Seen(ReviewItem item) =>
        item.State == ReviewState.Claimed && item.Claim!.ExpiresAt <= time.GetUtcNow() ? item with { State = ReviewState.Waiting, Claim = null } : item;

    private ReviewItem Claim(ReviewItem item, string userId, string userName, DateTimeOffset until)
    {
        var claimed = item with { State = ReviewState.Claimed, Claim = new ReviewClaim(userId, userName, until, ++_token) };
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
