using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Quarantine in the database.</summary>
internal sealed class EfQuarantine(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : IQuarantine
{
    public Task<int> CountAsync(Run run, string? detail, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var row = await scope.Db.Quarantine.SingleOrDefaultAsync(q => q.Sha256 == run.MediaSha256, token).ConfigureAwait(false);
            var now = clock.GetUtcNow();
            if (row is null)
            {
                row = new QuarantineTable { Sha256 = run.MediaSha256, Name = run.SourceName, Crashes = 0, LastRunId = run.Id, FirstAt = now, LastAt = now };
                scope.Db.Quarantine.Add(row);
            }

            (row.Name, row.Crashes, row.Detail, row.LastRunId, row.LastAt) = (run.SourceName, row.Crashes + 1, detail, run.Id, now);
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return row.Crashes;
        },
        ct);

    public async Task<int> CrashesAsync(string sha256, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Quarantine.Where(q => q.Sha256 == sha256).Select(q => q.Crashes).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    public Task<bool> ReleaseAsync(string sha256, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) => await scope.Db.Quarantine.Where(q => q.Sha256 == sha256).ExecuteDeleteAsync(token).ConfigureAwait(false) == 1, ct);

    public async Task<ImmutableArray<QuarantinedFile>> ListAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. (await db.Quarantine.AsNoTracking().OrderByDescending(q => q.LastAt).ToListAsync(ct).ConfigureAwait(false))
                .Select(q => new QuarantinedFile(q.Sha256, q.Name, q.Crashes, q.Detail, q.LastRunId, q.LastAt))];
        }
    }
}
