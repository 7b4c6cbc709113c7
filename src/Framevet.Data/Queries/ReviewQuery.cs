using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>The review queue as people see it. Nothing here tells a moderator whether an item is a sample or a golden one, nor what others said before.</summary>
public sealed class ReviewQuery(IDbContextFactory<FramevetDb> contexts, TimeProvider clock)
{
    /// <summary>One page of items (null states = open ones), most severe and oldest first; decided ones newest first. Open ones come before decided ones.</summary>
    public Task<Page<ReviewRow>> PageAsync(ImmutableArray<ReviewState>? states, int skip, int take, CancellationToken ct) =>
        ListAsync(new ReviewFilter { States = states }, skip, take, ct);

    /// <inheritdoc cref="PageAsync(ImmutableArray{ReviewState}?, int, int, CancellationToken)"/>
    public async Task<Page<ReviewRow>> ListAsync(ReviewFilter filter, int skip, int take, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var now = clock.GetUtcNow();
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var matching = Filtered(db, filter, now);
            var total = await matching.CountAsync(ct).ConfigureAwait(false);
            var rows = await matching
                .OrderBy(i => i.State == ReviewState.Decided || i.State == ReviewState.Withdrawn)
                .ThenByDescending(i => i.State == ReviewState.Decided || i.State == ReviewState.Withdrawn ? 0 : (int)i.Severity)
                .ThenBy(i => i.State == ReviewState.Decided || i.State == ReviewState.Withdrawn ? (DateTimeOffset?)null : i.CreatedAt)
                .ThenBy(i => i.DecidedAt == null).ThenByDescending(i => i.DecidedAt).ThenByDescending(i => i.CreatedAt).ThenBy(i => i.Id)
                .Skip(skip).Take(take).Select(i => i.Id).ToListAsync(ct).ConfigureAwait(false);
            return new Page<ReviewRow>(await RowsAsync(db, [.. rows], ct).ConfigureAwait(false), total);
        }
    }

    /// <summary>These items, in this order, as they stand now; those that are gone are left out. For a list that must not jump.</summary>
    public async Task<ImmutableArray<ReviewRow>> RowsAsync(ImmutableArray<Guid> ids, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await RowsAsync(db, ids, ct).ConfigureAwait(false);
        }
    }

    /// <summary>An item with its flagged frames, their neighbours and their findings; null when there is none.</summary>
    public async Task<ReviewDetails?> GetAsync(Guid id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var found = await db.ReviewItems.AsNoTracking().Where(i => i.Id == id)
                .Join(db.Runs, i => i.RunId, r => r.Id, (i, r) => new { Item = i, r.SourceName, r.OwnerId, r.RecipeName, r.MediaSha256, r.Recipe, r.Media!.DurationSeconds })
                .SingleOrDefaultAsync(ct).ConfigureAwait(false);
            if (found is null)
            {
                return null;
            }

            var names = await OwnerNames.ReadAsync(db, [found.OwnerId], ct).ConfigureAwait(false);
            var words = await WordsAsync(db, [id], ct).ConfigureAwait(false);
            var item = found.Item.ToItem(words.GetValueOrDefault(id), clock.GetUtcNow());
            var frames = await FramesQuery.DetailsAsync(db, item.RunId, [.. item.Frames.Select(f => f.Value)], ct).ConfigureAwait(false);
            long[] around = [.. frames.SelectMany(f => new[] { f.PreviousPts, f.NextPts }).OfType<long>().Except(frames.Select(f => f.Row.Pts)).Distinct()];
            var neighbours = await db.Frames.AsNoTracking().Where(f => f.RunId == item.RunId && EF.Parameter(around).Contains(f.Pts)).OrderBy(f => f.Pts)
                .Select(f => new NeighbourFrame(f.Pts, f.Seconds)).ToListAsync(ct).ConfigureAwait(false);
            var isOver = item.State is ReviewState.Decided or ReviewState.Withdrawn;
            return new ReviewDetails(item, found.SourceName, names.Of(found.OwnerId), found.RecipeName, found.DurationSeconds, isOver ? frames : [.. frames.Select(Unjudged)])
            {
                Policy = RowJson.Read<Recipe>(found.Recipe).Moderation,
                Neighbours = [.. neighbours],
                Earlier = await EarlierAsync(db, found.Item, found.MediaSha256, ct).ConfigureAwait(false),
            };
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
    internal static IQueryable<ReviewItemTable> Matching(FramevetDb db, ImmutableArray<ReviewState> states, DateTimeOffset now)
    {
        var (waiting, claimed) = (states.Contains(ReviewState.Waiting), states.Contains(ReviewState.Claimed));
        var closed = states.Where(s => s is ReviewState.Decided or ReviewState.Withdrawn).ToList();
        return db.ReviewItems.AsNoTracking().Where(i => closed.Contains(i.State)
            || (waiting && (i.State == ReviewState.Waiting || (i.State == ReviewState.Claimed && i.ClaimExpiresAt <= now)))
            || (claimed && i.State == ReviewState.Claimed && i.ClaimExpiresAt > now));
    }

    private static IQueryable<ReviewItemTable> Filtered(FramevetDb db, ReviewFilter filter, DateTimeOffset now)
    {
        var items = Matching(db, filter.States is { IsDefault: false } some ? some : [ReviewState.Waiting, ReviewState.Claimed], now);
        if (filter.Queue == ReviewQueues.Escalated)
        {
            items = items.Where(i => i.IsEscalated);
        }
        else if (filter.Queue is { } queue)
        {
            items = items.Where(i => i.Queue == queue);
        }

        if (filter.Severity is { } severity)
        {
            items = items.Where(i => i.Severity == severity);
        }

        return filter.KeptFor is { } person ? items.Where(i => i.AssigneeId == person && (i.AssignedUntil == null || i.AssignedUntil > now)) : items;
    }

    private async Task<ImmutableArray<ReviewRow>> RowsAsync(FramevetDb db, ImmutableArray<Guid> ids, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        Guid[] wanted = [.. ids];
        var rows = await db.ReviewItems.AsNoTracking().Where(i => EF.Parameter(wanted).Contains(i.Id))
            .Join(db.Runs, i => i.RunId, r => r.Id, (i, r) => new { Item = i, r.SourceName, r.OwnerId }).ToDictionaryAsync(r => r.Item.Id, ct).ConfigureAwait(false);
        var names = await OwnerNames.ReadAsync(db, rows.Values.Select(r => r.OwnerId), ct).ConfigureAwait(false);
        var words = await WordsAsync(db, wanted, ct).ConfigureAwait(false);
        var result = ImmutableArray.CreateBuilder<ReviewRow>(rows.Count);
        foreach (var row in ids.Where(rows.ContainsKey).Select(id => rows[id]))
        {
            var item = row.Item.ToItem(words.GetValueOrDefault(row.Item.Id), now);
            result.Add(new ReviewRow(item, row.SourceName, names.Of(row.OwnerId), row.Item.FrameCount, await CoverAsync(db, item, ct).ConfigureAwait(false)));
        }

        return result.ToImmutable();
    }

    // Only what machines saw: a verdict would tell of earlier words, and of samples and golden items.
    private static FrameDetails Unjudged(FrameDetails frame) => frame with
    {
        Row = frame.Row with { State = FrameState.Pending, IsAllowed = false, LossReason = null, Rank = null },
        Candidate = frame.Candidate with { Judgement = null, Losses = [] },
        Verdict = null,
        Losses = [],
        PickReason = null,
    };

    // What people said about the same file in other runs. Nothing of this run: its words would give away a known answer or an appeal.
    private static async Task<ImmutableArray<EarlierDecision>> EarlierAsync(FramevetDb db, ReviewItemTable item, string sha256, CancellationToken ct)
    {
        var rows = await db.ReviewItems.AsNoTracking()
            .Where(i => i.Id != item.Id && i.RunId != item.RunId && i.Kind == ReviewKind.Flagged && i.State == ReviewState.Decided && db.Runs.Any(r => r.Id == i.RunId && r.MediaSha256 == sha256))
            .OrderByDescending(i => i.DecidedAt).Take(5)
            .Select(i => new { i.Id, Word = db.ReviewDecisions.Where(d => d.ItemId == i.Id && d.IsFinal && d.UndoneAt == null).OrderByDescending(d => d.Id).FirstOrDefault() })
            .ToListAsync(ct).ConfigureAwait(false);
        return [.. rows.Where(r => r.Word is not null).Select(r => new EarlierDecision(r.Id, r.Word!.Decision, r.Word.Label, r.Word.UserName, r.Word.At))];
    }

    private static async Task<Dictionary<Guid, ReviewDecisionTable>> WordsAsync(FramevetDb db, Guid[] items, CancellationToken ct) =>
        (await db.ReviewDecisions.AsNoTracking().Where(d => EF.Parameter(items).Contains(d.ItemId) && d.IsFinal && d.UndoneAt == null).OrderBy(d => d.Id).ToListAsync(ct).ConfigureAwait(false))
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

/// <summary>Which items; null = any. States null = open ones; <see cref="KeptFor"/>: put aside by or assigned to this user.</summary>
public sealed record ReviewFilter
{
    /// <summary>States as they read now.</summary>
    public ImmutableArray<ReviewState>? States { get; init; }

    /// <summary>A queue, or <see cref="ReviewQueues.Escalated"/>.</summary>
    public string? Queue { get; init; }

    /// <summary>A severity.</summary>
    public ReviewSeverity? Severity { get; init; }

    /// <summary>A user.</summary>
    public string? KeptFor { get; init; }
}

/// <summary>An item in the queue.</summary>
public sealed record ReviewRow(ReviewItem Item, string SourceName, string OwnerName, int FrameCount, string? CoverThumbKey);

/// <summary>An item with its frames. Timeline positions: seconds of each frame against <paramref name="DurationSeconds"/>.</summary>
public sealed record ReviewDetails(ReviewItem Item, string SourceName, string OwnerName, string RecipeName, double? DurationSeconds, ImmutableArray<FrameDetails> Frames)
{
    /// <summary>Sampled frames right before and after flagged ones, which are not flagged themselves, by rising PTS: what happens around.</summary>
    public ImmutableArray<NeighbourFrame> Neighbours { get; init; } = [];

    /// <summary>The bands of the run's recipe, if it could be read.</summary>
    public ModerationRecipe? Policy { get; init; }

    /// <summary>Earlier decisions on the same file, newest first.</summary>
    public ImmutableArray<EarlierDecision> Earlier { get; init; } = [];
}

/// <summary>A frame for context.</summary>
public sealed record NeighbourFrame(long Pts, double Seconds);

/// <summary>What somebody decided about the same file in another run.</summary>
public sealed record EarlierDecision(Guid ItemId, Decision Decision, string Label, string By, DateTimeOffset At);

/// <summary>
/// Counts and ages. Every open item counts once: <paramref name="Waiting"/> free for every moderator, <paramref name="Escalated"/> free for leads,
/// <paramref name="Claimed"/> held by somebody. Today begins at midnight UTC; <paramref name="OldestWaiting"/> is the oldest free item's.
/// </summary>
public sealed record ReviewSummary(int Waiting, int Claimed, int Escalated, int DecidedToday, DateTimeOffset? OldestWaiting);
