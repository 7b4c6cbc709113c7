using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>How reviewing goes, for leads.</summary>
public sealed class ReviewHealthQuery(IDbContextFactory<FramevetDb> contexts, TimeProvider clock)
{
    /// <summary>Everything since <paramref name="days"/> days ago; flow of the last 24 hours.</summary>
    public async Task<ReviewHealth> GetAsync(int days, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (since, yesterday) = (now.AddDays(-days), now.AddDays(-1));
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var ages = (await ReviewQuery.Matching(db, [ReviewState.Waiting], now).Where(i => i.Kind != ReviewKind.Golden).Select(i => i.CreatedAt).ToListAsync(ct).ConfigureAwait(false))
                .Select(at => (now - at).TotalMinutes).Order().ToList();
            var inflow = await db.ReviewItems.CountAsync(i => i.CreatedAt > yesterday && i.Kind != ReviewKind.Golden, ct).ConfigureAwait(false);
            var outflow = await db.ReviewItems.CountAsync(i => i.DecidedAt > yesterday && i.Kind != ReviewKind.Golden, ct).ConfigureAwait(false);
            return new ReviewHealth(
                new QueueAges(ages.Count, Quantiles.Of(ages, 0.5), Quantiles.Of(ages, 0.95), ages.Count > 0 ? ages[^1] : null),
                inflow,
                outflow,
                outflow > 0 ? TimeSpan.FromDays((double)ages.Count / outflow) : null,
                await ReviewersAsync(db, since, now, ct).ConfigureAwait(false),
                await MissesAsync(db, since, ct).ConfigureAwait(false),
                await db.GoldenItems.CountAsync(ct).ConfigureAwait(false),
                await db.ClearedRuns.CountAsync(ct).ConfigureAwait(false));
        }
    }

    private static async Task<ImmutableArray<ReviewerHealth>> ReviewersAsync(FramevetDb db, DateTimeOffset since, DateTimeOffset now, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        var words = await db.ReviewDecisions.AsNoTracking().Where(d => d.At >= since && d.UndoneAt == null && !d.IsReversal)
            .Select(d => new
            {
                d.UserId,
                d.UserName,
                d.Seconds,
                d.Decision,

                // A final word that a later one on the same item, or an appeal on the same run, turned around.
                IsReversed = d.IsFinal && (db.ReviewDecisions.Any(o => o.ItemId == d.ItemId && o.Id > d.Id && o.IsReversal)
                    || db.ReviewItems.Any(a => a.Kind == ReviewKind.Appeal && a.State == ReviewState.Decided && db.ReviewItems.Any(i => i.Id == d.ItemId && i.RunId == a.RunId && i.Id != a.Id)
                        && db.ReviewDecisions.Any(w => w.ItemId == a.Id && w.IsFinal && w.UndoneAt == null && w.Decision != d.Decision))),
            }).ToListAsync(ct).ConfigureAwait(false);
        var golden = (await db.GoldenAnswers.AsNoTracking().Where(a => a.At >= since).Select(a => new { a.UserId, a.UserName, a.IsRight }).ToListAsync(ct).ConfigureAwait(false)).ToLookup(a => a.UserId);
        var exposure = (await db.ReviewExposure.AsNoTracking().Where(e => e.Day == today).ToListAsync(ct).ConfigureAwait(false)).ToLookup(e => e.UserId);
        return
        [
            .. words.GroupBy(w => w.UserId).Select(g => new ReviewerHealth(
                g.Key,
                g.Last().UserName,
                g.Count(),
                Quantiles.Median([.. g.Select(w => w.Seconds).OfType<double>()]),
                g.Count(w => w.Decision == Decision.Escalate),
                g.Count(w => w.IsReversed),
                WilsonInterval.Of(golden[g.Key].Count(a => a.IsRight), golden[g.Key].Count()),
                TimeSpan.FromSeconds(exposure[g.Key].Sum(e => e.Seconds)),
                exposure[g.Key].Sum(e => e.Items))).OrderByDescending(r => r.Words).ThenBy(r => r.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>A miss is a sample of what machines cleared that a person denied. First all together, then by queue.</summary>
    private static async Task<ImmutableArray<MissRate>> MissesAsync(FramevetDb db, DateTimeOffset since, CancellationToken ct)
    {
        var samples = await db.ReviewItems.AsNoTracking().Where(i => i.Kind == ReviewKind.Sample && i.State == ReviewState.Decided && i.DecidedAt >= since)
            .Select(i => new
            {
                i.Queue,
                IsMiss = db.ReviewDecisions.Where(d => d.ItemId == i.Id && d.IsFinal && d.UndoneAt == null).OrderByDescending(d => d.Id).Select(d => d.Decision).FirstOrDefault() == Decision.Block,
            }).ToListAsync(ct).ConfigureAwait(false);
        return
        [
            new MissRate(null, WilsonInterval.Of(samples.Count(s => s.IsMiss), samples.Count)),
            .. samples.GroupBy(s => s.Queue).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new MissRate(g.Key, WilsonInterval.Of(g.Count(s => s.IsMiss), g.Count()))),
        ];
    }
}

/// <summary>
/// How reviewing goes. <paramref name="Inflow"/>, <paramref name="Outflow"/>: items of the last 24 hours; <paramref name="Backlog"/>: time until the queue
/// is empty at that pace, null when nothing was decided; <paramref name="Cleared"/>: runs looked at for sampling.
/// </summary>
public sealed record ReviewHealth(QueueAges Ages, int Inflow, int Outflow, TimeSpan? Backlog, ImmutableArray<ReviewerHealth> Reviewers, ImmutableArray<MissRate> Misses, int Golden, int Cleared);

/// <summary>Ages of waiting items in minutes; null when none waits.</summary>
public sealed record QueueAges(int Waiting, double? Median, double? P95, double? Oldest);

/// <summary>
/// One reviewer. <paramref name="Reversed"/>: final words turned around by a reversal or an appeal; <paramref name="Golden"/>: share of right answers,
/// null when never asked; exposure is today's.
/// </summary>
public sealed record ReviewerHealth(string Id, string Name, int Words, double? MedianSeconds, int Escalated, int Reversed, WilsonInterval? Golden, TimeSpan TimeToday, int ItemsToday);

/// <summary>Share of samples that should not have been cleared; queue null = all together, rate null = nothing sampled yet.</summary>
public sealed record MissRate(string? Queue, WilsonInterval? Rate);
