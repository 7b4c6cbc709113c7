using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Links in the database.</summary>
internal sealed class EfLinkStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : LeasedRows(gate, clock, "Links", "Link"), ILinkStore
{
    public Task AddAsync(ImmutableArray<Link> links, CancellationToken ct) => Gate.WriteAsync(
        async (scope, token) =>
        {
            var ids = links.Select(l => l.Id).ToArray();
            var there = await scope.Db.Links.Where(l => ids.Contains(l.Id)).Select(l => l.Id).ToListAsync(token).ConfigureAwait(false);
            scope.Db.Links.AddRange(links.Where(l => !there.Contains(l.Id)).Select(LinkTable.From));
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);

    public async Task<Link?> GetAsync(Guid id, CancellationToken ct) =>
        await ReadAsync(links => links.Where(l => l.Id == id), ct).ConfigureAwait(false) is [var link] ? link : null;

    public Task<bool> TryUpdateAsync(Link link, LinkState expected, CancellationToken ct) => TryUpdateAsync(null, link, expected, ct);

    public Task<bool> TryUpdateAsync(RowLease? lease, Link link, LinkState expected, CancellationToken ct) => WriteAsync(
        lease,
        async (scope, token) =>
        {
            var row = LinkTable.From(link);
            return await scope.Db.Links.Where(l => l.Id == link.Id && l.State == expected).ExecuteUpdateAsync(
                set => set
                    .SetProperty(l => l.Title, row.Title)
                    .SetProperty(l => l.State, row.State)
                    .SetProperty(l => l.Reason, row.Reason)
                    .SetProperty(l => l.Failure, row.Failure)
                    .SetProperty(l => l.Detail, row.Detail)
                    .SetProperty(l => l.Key, row.Key)
                    .SetProperty(l => l.UsedCookies, row.UsedCookies)
                    .SetProperty(l => l.RunId, row.RunId)
                    .SetProperty(l => l.EndedAt, row.EndedAt),
                token).ConfigureAwait(false) == 1;
        },
        ct);

    public Task<ImmutableArray<Link>> ListAsync(string ownerId, int take, CancellationToken ct) =>
        ReadAsync(links => links.Where(l => l.OwnerId == ownerId).OrderByDescending(l => l.CreatedAt).ThenBy(l => l.Id).Take(take), ct);

    public async Task<ImmutableArray<Guid>> InStateAsync(LinkState state, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. await db.Links.Where(l => l.State == state).OrderBy(l => l.CreatedAt).ThenBy(l => l.Id).Select(l => l.Id).Take(take).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    public async Task<ImmutableArray<Guid>> OrphansAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var now = await db.NowAsync(Clock, ct).ConfigureAwait(false);
            return [.. await db.Links.Where(l => l.State == LinkState.Fetching && (l.LeaseUntil == null || l.LeaseUntil < now)).OrderBy(l => l.CreatedAt).Select(l => l.Id).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    public async Task<int> CountOpenAsync(string ownerId, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Links.CountAsync(l => l.OwnerId == ownerId && (l.State == LinkState.Waiting || l.State == LinkState.Fetching), ct).ConfigureAwait(false);
        }
    }

    public async Task<string?> FetchedAsync(string key, string ownerId, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            // What somebody's cookies opened is open to nobody else.
            return await db.Links.Where(l => l.Key == key && l.State == LinkState.Done && (!l.UsedCookies || l.OwnerId == ownerId))
                .OrderByDescending(l => l.CreatedAt)
                .SelectMany(l => db.Runs.Where(r => r.Id == l.RunId).Select(r => r.MediaSha256))
                .FirstOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    public Task ClearAsync(string ownerId, CancellationToken ct) => Gate.WriteAsync(
        (scope, token) => scope.Db.Links.Where(l => l.OwnerId == ownerId && l.State != LinkState.Waiting && l.State != LinkState.Fetching).ExecuteDeleteAsync(token), ct);

    private async Task<ImmutableArray<Link>> ReadAsync(Func<IQueryable<LinkTable>, IQueryable<LinkTable>> which, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. (await which(db.Links.AsNoTracking()).ToListAsync(ct).ConfigureAwait(false)).Select(l => l.ToLink())];
        }
    }
}
