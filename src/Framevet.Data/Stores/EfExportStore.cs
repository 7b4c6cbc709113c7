using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Exports in the database.</summary>
internal sealed class EfExportStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : LeasedRows(gate, clock, "Exports", "Export"), IExportStore
{
    public Task AddAsync(ExportOrder export, CancellationToken ct) => Gate.WriteAsync(
        async (scope, token) =>
        {
            // Work is at least once: an export that is there already stays as it is.
            if (!await scope.Db.Exports.AnyAsync(e => e.Id == export.Id, token).ConfigureAwait(false))
            {
                scope.Db.Exports.Add(export.ToTable());
                await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            }
        },
        ct);

    public async Task<ExportOrder?> GetAsync(Guid id, CancellationToken ct) =>
        await ReadAsync((_, exports) => exports.Where(e => e.Id == id), ct).ConfigureAwait(false) is [var export] ? export : null;

    public Task<ImmutableArray<ExportOrder>> ForRunAsync(RunId run, CancellationToken ct) =>
        ReadAsync((_, exports) => exports.Where(e => e.RunId == run).OrderByDescending(e => e.CreatedAt).ThenBy(e => e.Id), ct);

    public Task<ImmutableArray<ExportOrder>> OpenAsync(CancellationToken ct) =>
        ReadAsync((_, exports) => exports.Where(e => e.State == ExportState.Queued || e.State == ExportState.Running).OrderBy(e => e.CreatedAt).ThenBy(e => e.Id), ct);

    public async Task<int> AheadAsync(Guid id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Exports.Where(e => e.Id == id)
                .Select(e => db.Exports.Count(o => (o.State == ExportState.Queued || o.State == ExportState.Running) && o.OwnerId == e.OwnerId && o.CreatedAt < e.CreatedAt))
                .FirstOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    public Task<ImmutableArray<ExportOrder>> DueAsync(DateTimeOffset now, CancellationToken ct) =>
        ReadAsync((db, exports) => exports.Where(e => e.State == ExportState.Done && e.ExpiresAt != null && e.ExpiresAt <= now && db.Runs.Any(r => r.Id == e.RunId && !r.IsKept && !r.IsHeld))
            .OrderBy(e => e.ExpiresAt).ThenBy(e => e.Id), ct);

    public Task<bool> TryUpdateAsync(ExportOrder export, ExportState expected, CancellationToken ct) => TryUpdateAsync(null, export, expected, ct);

    public Task<bool> TryUpdateAsync(RowLease? lease, ExportOrder export, ExportState expected, CancellationToken ct) => WriteAsync(
        lease,
        async (scope, token) =>
        {
            var row = export.ToTable();
            return await scope.Db.Exports.Where(e => e.Id == export.Id && e.State == expected).ExecuteUpdateAsync(
                set => set
                    .SetProperty(e => e.State, row.State)
                    .SetProperty(e => e.Frames, row.Frames)
                    .SetProperty(e => e.FileName, row.FileName)
                    .SetProperty(e => e.BlobKey, row.BlobKey)
                    .SetProperty(e => e.Bytes, row.Bytes)
                    .SetProperty(e => e.Sha256, row.Sha256)
                    .SetProperty(e => e.Error, row.Error)
                    .SetProperty(e => e.Requested, row.Requested)
                    .SetProperty(e => e.Attempts, row.Attempts)
                    .SetProperty(e => e.NotBefore, row.NotBefore)
                    .SetProperty(e => e.EndedAt, row.EndedAt)
                    .SetProperty(e => e.ExpiresAt, row.ExpiresAt)
                    .SetProperty(e => e.RemovedAt, row.RemovedAt),
                token).ConfigureAwait(false) == 1;
        },
        ct);

    private async Task<ImmutableArray<ExportOrder>> ReadAsync(Func<FramevetDb, IQueryable<ExportTable>, IQueryable<ExportTable>> which, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. (await which(db, db.Exports.AsNoTracking()).ToListAsync(ct).ConfigureAwait(false)).Select(e => e.ToExport())];
        }
    }
}
