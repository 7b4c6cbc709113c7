using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Uploads in the database.</summary>
internal sealed class EfUploadStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : IUploadStore
{
    private static readonly RunState[] Open = [.. Enum.GetValues<RunState>().Where(s => !s.IsFinal())];

    public Task AddAsync(UploadSession session, CancellationToken ct) => gate.WriteAsync(
        (scope, token) =>
        {
            scope.Db.Uploads.Add(UploadTable.From(session));
            return scope.Db.SaveChangesAsync(token);
        },
        ct);

    public async Task<UploadSession?> GetAsync(Guid id, CancellationToken ct) =>
        await ReadAsync(uploads => uploads.Where(u => u.Id == id), ct).ConfigureAwait(false) is [var session] ? session : null;

    public Task UpdateAsync(UploadSession session, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Db.Uploads.Where(u => u.Id == session.Id).ExecuteUpdateAsync(
            set => set
                .SetProperty(u => u.Length, session.Length)
                .SetProperty(u => u.Sha256, session.Sha256)
                .SetProperty(u => u.RunId, session.RunId)
                .SetProperty(u => u.ExpiresAt, session.ExpiresAt),
            token),
        ct);

    public Task DeleteAsync(Guid id, CancellationToken ct) =>
        gate.WriteAsync((scope, token) => scope.Db.Uploads.Where(u => u.Id == id).ExecuteDeleteAsync(token), ct);

    public Task<ImmutableArray<UploadSession>> OpenAsync(string ownerId, CancellationToken ct) =>
        ReadAsync(uploads => uploads.Where(u => u.OwnerId == ownerId && u.RunId == null && u.Kind != UploadKind.Partial).OrderBy(u => u.CreatedAt).ThenBy(u => u.Id), ct);

    public Task<ImmutableArray<UploadSession>> ExpiredAsync(DateTimeOffset now, CancellationToken ct) =>
        ReadAsync(uploads => uploads.Where(u => u.ExpiresAt <= now).OrderBy(u => u.ExpiresAt), ct);

    public async Task<UploadUsage> UsageAsync(string ownerId, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var uploads = db.Uploads.Where(u => u.OwnerId == ownerId && u.RunId == null);
            var media = db.Media.Where(m => m.RemovedAt == null && db.Runs.Any(r => r.OwnerId == ownerId && r.MediaSha256 == m.Sha256));
            return new UploadUsage(
                await uploads.CountAsync(ct).ConfigureAwait(false),
                await uploads.SumAsync(u => u.Length ?? 0, ct).ConfigureAwait(false),
                await media.SumAsync(m => m.Bytes, ct).ConfigureAwait(false),
                await db.Runs.CountAsync(r => r.OwnerId == ownerId && Open.Contains(r.State), ct).ConfigureAwait(false));
        }
    }

    public async Task<bool> HasMediaAsync(string? ownerId, string sha256, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Runs.AnyAsync(r => r.MediaSha256 == sha256 && (ownerId == null || r.OwnerId == ownerId), ct).ConfigureAwait(false);
        }
    }

    private async Task<ImmutableArray<UploadSession>> ReadAsync(Func<IQueryable<UploadTable>, IQueryable<UploadTable>> which, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. (await which(db.Uploads.AsNoTracking()).ToListAsync(ct).ConfigureAwait(false)).Select(u => u.ToSession())];
        }
    }
}
