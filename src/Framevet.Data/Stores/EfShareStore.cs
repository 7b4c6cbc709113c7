using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sharing;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Links for guests and their picks in the database. Thread-safe.</summary>
internal sealed class EfShareStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : IShareStore
{
    public Task AddAsync(Share share, string tokenHash, string? passwordHash, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            scope.Db.Shares.Add(new ShareTable
            {
                Id = share.Id, RunId = share.RunId, TokenHash = tokenHash, OwnerId = share.OwnerId, OwnerName = share.OwnerName, Title = share.Title, Frames = share.Frames, MayPick = share.MayPick,
                PasswordHash = passwordHash, Watermark = share.Watermark, CreatedAt = share.CreatedAt, ExpiresAt = share.ExpiresAt,
            });
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);

    public async Task<(Share Share, string? PasswordHash)?> FindAsync(string tokenHash, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Shares.AsNoTracking().SingleOrDefaultAsync(s => s.TokenHash == tokenHash, ct).ConfigureAwait(false) is { } row ? (row.ToShare(), row.PasswordHash) : null;
        }
    }

    public async Task<Share?> GetAsync(Guid id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return (await db.Shares.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, ct).ConfigureAwait(false))?.ToShare();
        }
    }

    public async Task<ImmutableArray<Share>> ForRunAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. (await db.Shares.AsNoTracking().Where(s => s.RunId == run).OrderByDescending(s => s.CreatedAt).ThenBy(s => s.Id).ToListAsync(ct).ConfigureAwait(false)).Select(s => s.ToShare())];
        }
    }

    public Task<bool> RevokeAsync(Guid id, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) => await scope.Db.Shares.Where(s => s.Id == id && s.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now), token).ConfigureAwait(false) == 1, ct);

    public Task<bool> PickAsync(Guid share, string guest, long pts, bool isPicked, int most, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var mine = scope.Db.SharePicks.Where(p => p.ShareId == share && p.Guest == guest);
            if (!isPicked)
            {
                return await mine.Where(p => p.Pts == pts).ExecuteDeleteAsync(token).ConfigureAwait(false) == 1;
            }

            if (await mine.AnyAsync(p => p.Pts == pts, token).ConfigureAwait(false) || await mine.CountAsync(token).ConfigureAwait(false) >= most)
            {
                return false;
            }

            scope.Db.SharePicks.Add(new SharePickTable { ShareId = share, Guest = guest, Pts = pts, At = now });
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return true;
        },
        ct);

    public async Task<ImmutableHashSet<long>> OfGuestAsync(Guid share, string guest, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. await db.SharePicks.Where(p => p.ShareId == share && p.Guest == guest).Select(p => p.Pts).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    public async Task<ImmutableArray<GuestPick>> PicksAsync(Guid share, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var picks = await db.SharePicks.Where(p => p.ShareId == share).GroupBy(p => p.Pts).Select(g => new { g.Key, Guests = g.Count(), Last = g.Max(p => p.At) }).ToListAsync(ct).ConfigureAwait(false);
            return [.. picks.OrderByDescending(p => p.Guests).ThenBy(p => p.Key).Select(p => new GuestPick(p.Key, p.Guests, p.Last))];
        }
    }
}
