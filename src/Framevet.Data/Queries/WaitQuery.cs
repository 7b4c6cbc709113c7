using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Why a run waits, and how much does.</summary>
public sealed class WaitQuery(IDbContextFactory<FramevetDb> contexts, TimeProvider clock)
{
    /// <summary>What a queued run waits for; null when it does not wait.</summary>
    public async Task<Waiting?> OfAsync(RunId id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var now = await db.NowAsync(clock, ct).ConfigureAwait(false);
            if (await db.Runs.Where(r => r.Id == id && r.State == RunState.Queued && r.Worker == null).Select(r => new { r.OwnerId, r.WorkGroup, r.NotBefore }).SingleOrDefaultAsync(ct).ConfigureAwait(false) is not { } run)
            {
                return null;
            }

            var held = await db.Runs.CountAsync(r => r.OwnerId == run.OwnerId && r.LeaseUntil >= now, ct).ConfigureAwait(false);
            var others = await db.Runs.CountAsync(r => r.State == RunState.Queued && r.WorkGroup == run.WorkGroup && r.Id != id, ct).ConfigureAwait(false);
            return new Waiting(run.WorkGroup, run.NotBefore > now ? run.NotBefore - now : null, held, others);
        }
    }

    /// <summary>Runs that wait by group of work; those for which nobody has said a group yet count as of the group "".</summary>
    public async Task<ImmutableSortedDictionary<string, int>> ByGroupAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var counts = await db.Runs.Where(r => r.State == RunState.Queued && r.Worker == null).GroupBy(r => r.WorkGroup ?? "").Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct).ConfigureAwait(false);
            return counts.ToImmutableSortedDictionary(c => c.Key, c => c.Count, StringComparer.Ordinal);
        }
    }
}

/// <summary>What a run waits for.</summary>
/// <param name="Group">Its group of work; null = nobody has said yet.</param>
/// <param name="Pause">How long it is not tried again; null = it may be taken now.</param>
/// <param name="Held">Runs of its owner in hand, on all nodes.</param>
/// <param name="Others">Other runs that wait for the same group.</param>
public sealed record Waiting(string? Group, TimeSpan? Pause, int Held, int Others);
