using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>How much waits, for monitoring: numbers and times only.</summary>
public sealed class LoadQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>What waits at <paramref name="now"/>.</summary>
    public async Task<ServerLoad> GetAsync(DateTimeOffset now, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var counts = await db.Runs.GroupBy(r => r.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct).ConfigureAwait(false);
            var oldestRun = await db.Runs.Where(r => r.State == RunState.Queued).OrderBy(r => r.CreatedAt).Select(r => (DateTimeOffset?)r.CreatedAt).FirstOrDefaultAsync(ct).ConfigureAwait(false);
            var open = db.ReviewItems.Where(i => i.State == ReviewState.Waiting || i.State == ReviewState.Claimed);
            var oldestItem = await open.OrderBy(i => i.CreatedAt).Select(i => (DateTimeOffset?)i.CreatedAt).FirstOrDefaultAsync(ct).ConfigureAwait(false);
            var outbox = db.WebhookDeliveries.Where(d => d.NextAt != null);
            var oldestDelivery = await outbox.OrderBy(d => d.CreatedAt).Select(d => (DateTimeOffset?)d.CreatedAt).FirstOrDefaultAsync(ct).ConfigureAwait(false);
            var day = EfCallLedger.DayOf(now);
            return new ServerLoad(
                Enum.GetValues<RunState>().ToImmutableSortedDictionary(s => s, s => counts.GetValueOrDefault(s)),
                now - oldestRun,
                await open.CountAsync(ct).ConfigureAwait(false),
                now - oldestItem,
                await outbox.CountAsync(ct).ConfigureAwait(false),
                now - oldestDelivery,
                await db.PaidCalls.Where(c => c.Day == day).SumAsync(c => c.PriceMicros, ct).ConfigureAwait(false) / (double)EfCallLedger.Micros,
                await db.PaidCalls.SumAsync(c => c.PriceMicros, ct).ConfigureAwait(false) / (double)EfCallLedger.Micros);
        }
    }
}

/// <summary>What waits. Ages are null where nothing waits.</summary>
/// <param name="Runs">Runs by state.</param>
/// <param name="QueueAge">Age of the oldest queued run.</param>
/// <param name="ReviewItems">Open review items.</param>
/// <param name="ReviewAge">Age of the oldest of them.</param>
/// <param name="Outbox">Webhook deliveries that are still to be made.</param>
/// <param name="OutboxAge">Age of the oldest of them.</param>
/// <param name="CostToday">US dollars for paid calls since midnight UTC.</param>
/// <param name="CostTotal">US dollars for paid calls ever.</param>
public sealed record ServerLoad(ImmutableSortedDictionary<RunState, int> Runs, TimeSpan? QueueAge, int ReviewItems, TimeSpan? ReviewAge, int Outbox, TimeSpan? OutboxAge, double CostToday, double CostTotal);
