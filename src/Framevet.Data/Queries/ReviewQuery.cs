using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Review;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>The review queue as people see it.</summary>
public sealed class ReviewQuery(IDbContextFactory<FramevetDb> contexts, TimeProvider clock)
{
    /// <summary>One page of items (null states = open ones), oldest first; decided ones newest first. Open ones come before decided ones.</summary>
    public async Task<Page<ReviewRow>> PageAsync(ImmutableArray<ReviewState>? states, int skip, int take, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var matching = Matching(db, states is { IsDefault: false } some ? some : [ReviewState.Waiting, ReviewState.Claimed], now);
            var total = await matching.CountAsync(ct).ConfigureAwait(false);
            var rows = await matching.Join(db.Runs, i => i.RunId, r => r.Id, (i, r) => new { Item = i, r.SourceName, r.OwnerId })
                .OrderBy(r => r.Item.State == ReviewState.Decided || r.Item.State == ReviewState.Withdrawn)
                .ThenBy(r => r.Item.State == ReviewState.Decided || r.Item.State == ReviewState.Withdrawn ? (DateTimeOffset?)null : r.Item.CreatedAt)
                .ThenByDescending(r => r.Item.DecidedAt).ThenByDescending(r => r.Item.CreatedAt).ThenBy(r => r.Item.Id)
                .Skip(skip).Take(take).ToListAsync(ct).ConfigureAwait(false);
            var names = await OwnerNames.ReadAsync(db, rows.Select(r => r.OwnerId), ct).ConfigureAwait(false);
            var words = await WordsAsync(db, [.. rows.Select(r => r.Item.Id)], ct).ConfigureAwait(false);
            var result = ImmutableArray.CreateBuilder<ReviewRow>(rows.Count);
            foreach (var row in rows)
            {
                var item = row.Item.ToItem(words.GetValueOrDefault(row.Item.Id), now);
                result.Add(new ReviewRow(item, row.SourceName, names.Of(row.OwnerId), row.Item.FrameCount, await CoverAsync(db, item, ct).ConfigureAwait(false)));
            }

            return new Page<ReviewRow>(result.ToImmutable(), total);
        }
    }

    /// <summary>An item with its flagged frames and their findings; null when there is none.</summary>
    public async Task<ReviewDetails?> GetAsync(Guid id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var found = await db.ReviewItems.AsNoTracking().Where(i => i.Id == id)
                .Join(db.Runs, i => i.RunId, r => r.Id, (i, r) => new { Item = i, r.SourceName, r.OwnerId, r.RecipeName, r.Media!.DurationSeconds })
                .SingleOrDefaultAsync(ct).ConfigureAwait(false);
            if (found is null)
            {
                return null;
            }

            var names = await OwnerNames.ReadAsync(db, [found.OwnerId], ct).ConfigureAwait(false);
            var words = await WordsAsync(db, [id], ct).ConfigureAwait(false);
            var item = found.Item.ToItem(words.GetValueOrDefault(id), clock.GetUtcNow());
            var frames = await FramesQuery.DetailsAsync(db, item.RunId, [.. item.Frames.Select(f => f.Value)], ct).ConfigureAwait(false);
            return new ReviewDetails(item, found.SourceName, names.Of(found.OwnerId), found.RecipeName, found.DurationSeconds, frames);
        }
    }

    /// <summary>Numbers for the head of the queue.</summary>
    public async Task<ReviewSummary> SummaryAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var waiting = Matching(db, [ReviewState.Waiting], now);
            return new ReviewSummary(
                await waiting.CountAsync(i => !i.IsEscalated, ct).ConfigureAwait(false),
                await Matching(db, [ReviewState.Claimed], now).CountAsync(ct).ConfigureAwait(false),
                await waiting.CountAsync(i => i.IsEscalated, ct).ConfigureAwait(false),
                await db.ReviewItems.CountAsync(i => i.DecidedAt >= today, ct).ConfigureAwait(false),
                await waiting.MinAsync(i => (DateTimeOffset?)i.CreatedAt, ct).ConfigureAwait(false));
        }
    }

    /// <summary>Items that read as one of the states now: a lease that ran out reads as Waiting.</summary>
    private static IQueryable<ReviewItemTable> Matching(FramevetDb db, ImmutableArray<ReviewState> states, DateTimeOffset now)
    {
        var (waiting, claimed) = (states.Contains(ReviewState.Waiting), states.Contains(ReviewState.Claimed));
        var closed = states.Where(s => s is ReviewState.Decided or ReviewState.Withdrawn).ToList();
        return db.ReviewItems.AsNoTracking().Where(i => closed.Contains(i.State)
            || (waiting && (i.State == ReviewState.Waiting || (i.State == ReviewState.Claimed && i.ClaimExpiresAt <= now)))
            || (claimed && i.State == ReviewState.Claimed && i.ClaimExpiresAt > now));
    }

    private static async Task<Dictionary<Guid, ReviewDecisionTable>> WordsAsync(FramevetDb db, Guid[] items, CancellationToken ct) =>
        (await db.ReviewDecisions.AsNoTracking().Where(d => EF.Parameter(items).Contains(d.ItemId)).OrderBy(d => d.Id).ToListAsync(ct).ConfigureAwait(false))
            .GroupBy(d => d.ItemId).ToDictionary(g => g.Key, g => g.Last());

    /// <summary>Thumbnail of the first flagged frame; pages blur it.</summary>
    private static async Task<string?> CoverAsync(FramevetDb db, ReviewItem item, CancellationToken ct)
    {
        if (item.Frames is not [var first, ..])
        {
            return null;
        }

        return await db.Frames.Where(f => f.RunId == item.RunId && f.Pts == first.Value).Select(f => f.ThumbKey).SingleOrDefaultAsync(ct).ConfigureAwait(false);
    }
}

/// <summary>An item in the queue.</summary>
public sealed record ReviewRow(ReviewItem Item, string SourceName, string OwnerName, int FrameCount, string? CoverThumbKey);

/// <summary>An item with its frames. Timeline positions: seconds of each frame against <paramref name="DurationSeconds"/>.</summary>
public sealed record ReviewDetails(ReviewItem Item, string SourceName, string OwnerName, string RecipeName, double? DurationSeconds, ImmutableArray<FrameDetails> Frames);

/// <summary>
/// Counts and ages. Every open item counts once: <paramref name="Waiting"/> free for every moderator, <paramref name="Escalated"/> free for leads,
/// <paramref name="Claimed"/> held by somebody. Today begins at midnight UTC; <paramref name="OldestWaiting"/> is the oldest free item's.
/// </summary>
public sealed record ReviewSummary(int Waiting, int Claimed, int Escalated, int DecidedToday, DateTimeOffset? OldestWaiting);
