using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Storage;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Which files the database names.</summary>
internal sealed class BlobRefsQuery(IDbContextFactory<FramevetDb> contexts) : IBlobRefs
{
    public async Task<BlobRefs> ReadAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var media = await db.Media.Where(m => m.RemovedAt == null).Select(m => m.Key).ToListAsync(ct).ConfigureAwait(false);
            var runs = await db.Runs.Select(r => r.Id).ToListAsync(ct).ConfigureAwait(false);
            var exports = await db.Exports.Where(e => e.State == ExportState.Done && e.RemovedAt == null && e.BlobKey != null).Select(e => e.BlobKey).ToListAsync(ct).ConfigureAwait(false);
            return new BlobRefs([.. media], [.. runs.Select(id => id.ToString())], exports.ToImmutableDictionary(e => Path.GetFileNameWithoutExtension(e)!, e => e!));
        }
    }
}
