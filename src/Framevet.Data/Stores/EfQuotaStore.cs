using Framevet.Data.Tables;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Quotas and what counts against them, from the database.</summary>
internal sealed class EfQuotaStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : IQuotaStore
{
    private static readonly RunState[] Open = [.. Enum.GetValues<RunState>().Where(s => !s.IsFinal())];

    public async Task<QuotaAccount?> AccountAsync(string userId, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var row = await db.Users.AsNoTracking().Where(u => u.Id == userId).Select(u => new
            {
                u.Quota,
                Roles = db.UserRoles.Where(ur => ur.UserId == u.Id).Join(db.Roles, ur => ur.RoleId, r => r.Id, (ur, r) => r.Name!).OrderBy(n => n).ToList(),
            }).SingleOrDefaultAsync(ct).ConfigureAwait(false);
            return row is null ? null : new QuotaAccount(row.Quota is null ? null : RowJson.Read<Quota>(row.Quota), [.. row.Roles]);
        }
    }

    public async Task<QuotaUsage> UsageAsync(string userId, DateTimeOffset since, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var runs = db.Runs.Where(r => r.OwnerId == userId);
            var today = runs.Where(r => r.CreatedAt >= since);
            var uploads = db.Uploads.Where(u => u.OwnerId == userId && u.RunId == null);
            var media = db.Media.Where(m => m.RemovedAt == null && runs.Any(r => r.MediaSha256 == m.Sha256));
            var files = await today.CountAsync(ct).ConfigureAwait(false)
                + await uploads.CountAsync(u => u.CreatedAt >= since && u.Kind != UploadKind.Partial, ct).ConfigureAwait(false)
                + await db.Links.CountAsync(l => l.OwnerId == userId && l.CreatedAt >= since && (l.State == LinkState.Waiting || l.State == LinkState.Fetching), ct).ConfigureAwait(false);
            var seconds = await today.SumAsync(r => r.Media!.DurationSeconds ?? 0, ct).ConfigureAwait(false);
            return new QuotaUsage(
                await media.SumAsync(m => m.Bytes, ct).ConfigureAwait(false) + await uploads.SumAsync(u => u.Length ?? 0, ct).ConfigureAwait(false),
                files,
                await runs.CountAsync(r => Open.Contains(r.State), ct).ConfigureAwait(false),
                seconds / 60);
        }
    }

    public Task<bool> SetAsync(string userId, Quota? quota, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var json = quota is null ? null : RowJson.Write(quota);
            return await scope.Db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(s => s.SetProperty(u => u.Quota, json), token).ConfigureAwait(false) == 1;
        },
        ct);
}
