using System.Collections.Immutable;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Numbers of the start page that no other screen needs.</summary>
public sealed class DashboardQuery(IDbContextFactory<FramevetDb> contexts, TimeProvider clock)
{
    /// <summary>Files that came to an end today (UTC): by themselves, and by a person's word.</summary>
    public async Task<DecidedToday> DecidedAsync(CancellationToken ct)
    {
        var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var byItself = await db.Runs.CountAsync(r => r.State == RunState.Done && r.EndedAt >= today && !db.ReviewItems.Any(i => i.RunId == r.Id && i.Kind != ReviewKind.Golden), ct).ConfigureAwait(false);
            var byPeople = await db.ReviewItems.Where(i => i.State == ReviewState.Decided && i.DecidedAt >= today && i.Kind != ReviewKind.Golden).Select(i => i.RunId).Distinct().CountAsync(ct).ConfigureAwait(false);
            return new DecidedToday(byItself, byPeople);
        }
    }

    /// <summary>Review items that a person holds now, the lease that ends first first.</summary>
    public async Task<ImmutableArray<HeldClaim>> ClaimsAsync(string userId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. await db.ReviewItems.AsNoTracking().Where(i => i.State == ReviewState.Claimed && i.ClaimUserId == userId && i.ClaimExpiresAt > now).OrderBy(i => i.ClaimExpiresAt)
                .Select(i => new HeldClaim(i.Id, i.Queue, i.Severity, i.ClaimExpiresAt!.Value)).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    /// <summary>Runs that ended in each of <paramref name="steps"/> equal stretches of time before now, the oldest first; of one owner, or null = of all.</summary>
    public async Task<ImmutableArray<EndedRuns>> EndedAsync(string? ownerId, TimeSpan step, int steps, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var begin = now - (step * steps);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var runs = db.Runs.AsNoTracking().Where(r => r.EndedAt > begin);
            runs = ownerId is null ? runs : runs.Where(r => r.OwnerId == ownerId);
            var ended = await runs.Select(r => new { r.EndedAt, r.State }).ToListAsync(ct).ConfigureAwait(false);
            var counts = new (int Done, int Failed)[steps];
            foreach (var run in ended)
            {
                var place = Math.Clamp((int)((run.EndedAt!.Value - begin) / step), 0, steps - 1);
                counts[place] = run.State == RunState.Done ? (counts[place].Done + 1, counts[place].Failed) : run.State == RunState.Failed ? (counts[place].Done, counts[place].Failed + 1) : counts[place];
            }

            return [.. counts.Select((c, i) => new EndedRuns(begin + (step * (i + 1)), c.Done, c.Failed))];
        }
    }
}

/// <summary>Files decided since midnight UTC.</summary>
public sealed record DecidedToday(int ByItself, int ByPeople)
{
    /// <summary>Both.</summary>
    public int All => ByItself + ByPeople;

    /// <summary>Share that needed nobody, 0..1; null when nothing was decided.</summary>
    public double? AutoShare => All == 0 ? null : ByItself / (double)All;
}

/// <summary>A review item that somebody holds.</summary>
public sealed record HeldClaim(Guid Id, string Queue, ReviewSeverity Severity, DateTimeOffset Until);

/// <summary>Runs that ended in the stretch of time that ends at <paramref name="Until"/>.</summary>
public readonly record struct EndedRuns(DateTimeOffset Until, int Done, int Failed);
