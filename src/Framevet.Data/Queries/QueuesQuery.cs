using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>What waits for one person, by queue.</summary>
public sealed class QueuesQuery(IDbContextFactory<FramevetDb> contexts, ISettingsStore settings, TimeProvider clock)
{
    /// <summary>Queues with something in them, the person's favourites first, then the most urgent, and what the person has to themselves.</summary>
    public async Task<QueueBoard> BoardAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = clock.GetUtcNow();
        var sla = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Review.SlaMinutes;
        var (isLead, mark) = (actor.Has(Rights.Lead), $"|{actor.Id}|");
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            // The same conditions as handing out an item: a number that nobody can work off would only worry.
            var free = ReviewQuery.Matching(db, [ReviewState.Waiting], now)
                .Where(i => (isLead || !i.IsEscalated) && !i.Excluded.Contains(mark)
                    && (i.AssigneeId == null || i.AssignedUntil <= now || (i.AssigneeId == actor.Id && !i.IsOnHold)));
            var groups = await free.GroupBy(i => new { i.Queue, i.Severity, i.IsEscalated })
                .Select(g => new Group(g.Key.Queue, g.Key.Severity, g.Key.IsEscalated, g.Count(), g.Min(i => i.CreatedAt))).ToListAsync(ct).ConfigureAwait(false);
            var kept = await ReviewQuery.Matching(db, [ReviewState.Waiting, ReviewState.Claimed], now)
                .CountAsync(i => i.AssigneeId == actor.Id && i.Kind != ReviewKind.Golden && (i.AssignedUntil == null || i.AssignedUntil > now), ct).ConfigureAwait(false);
            var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
            var mine = await db.ReviewDecisions.Where(d => d.UserId == actor.Id && d.At >= today && d.UndoneAt == null).Select(d => new { d.Decision, d.Seconds }).ToListAsync(ct).ConfigureAwait(false);
            var stars = await db.UserPreferences.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == actor.Id, ct).ConfigureAwait(false) is { } own
                ? RowJson.Read<ReviewerPreferences>(own.Preferences).Stars : [];
            var cards = groups.GroupBy(g => g.Queue).Select(g => Card(g.Key, [.. g], sla, now)).ToList();
            if (groups.Where(g => g.IsEscalated).ToList() is { Count: > 0 } escalated)
            {
                cards.Add(Card(ReviewQueues.Escalated, escalated, sla, now));
            }

            cards =
            [
                .. cards.Select(c => c with { IsStarred = stars.Contains(c.Queue) }).OrderByDescending(c => c.IsStarred).ThenByDescending(c => c.Queue == ReviewQueues.Escalated)
                    .ThenByDescending(c => c.SlaShare).ThenByDescending(c => c.Pending),
            ];

            return new QueueBoard([.. cards], [.. Enum.GetValues<ReviewSeverity>().Select(s => groups.Where(g => g.Severity == s).Sum(g => g.Count))], kept,
                new OwnDay(mine.Count, Quantiles.Median([.. mine.Select(m => m.Seconds).OfType<double>()])));
        }
    }

    private static QueueCard Card(string queue, IReadOnlyList<Group> groups, ImmutableArray<int> sla, DateTimeOffset now) => new(
        queue,
        groups.Sum(g => g.Count),
        groups.Min(g => g.Oldest),
        groups.Max(g => (now - g.Oldest).TotalMinutes / sla[(int)g.Severity]),
        groups.Max(g => g.Severity));

    private sealed record Group(string Queue, ReviewSeverity Severity, bool IsEscalated, int Count, DateTimeOffset Oldest);
}

/// <summary>
/// What waits for a person. <paramref name="BySeverity"/>: items by severity from low to severe; <paramref name="Kept"/>: items put aside by or
/// assigned to them.
/// </summary>
public sealed record QueueBoard(ImmutableArray<QueueCard> Queues, ImmutableArray<int> BySeverity, int Kept, OwnDay Today)
{
    /// <summary>All items that the person could work off. Escalated ones are in their queue, too, hence counted once.</summary>
    public int Pending => BySeverity.Sum();
}

/// <summary>One queue. <paramref name="SlaShare"/>: age of its most overdue item against the time it should take, 1 = due now; <paramref name="Worst"/>: highest severity in it; <paramref name="IsStarred"/>: a favourite of the person.</summary>
public sealed record QueueCard(string Queue, int Pending, DateTimeOffset Oldest, double SlaShare, ReviewSeverity Worst, bool IsStarred = false);

/// <summary>What a person did today (UTC): words given, and the median of seconds for one, null when unknown.</summary>
public sealed record OwnDay(int Words, double? MedianSeconds);
