using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>What may go, from the database.</summary>
internal sealed class EfRetentionStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : IRetentionStore
{
    private static readonly RunState[] Over = [.. Enum.GetValues<RunState>().Where(s => s.IsFinal())];

    public Task<ImmutableArray<RetentionItem>> ItemsAsync(RetentionKind kind, CancellationToken ct) => kind switch
    {
        RetentionKind.Source => SourcesAsync(ct),
        RetentionKind.Exports => ExportsAsync(ct),
        RetentionKind.Thumbnails => OfRunsAsync(kind, r => r.Where(x => x.PicturesRemovedAt == null), ct),
        RetentionKind.Evidence => OfRunsAsync(kind, r => r.Where(x => x.EvidenceRemovedAt == null), ct),
        RetentionKind.RunLog => OfRunsAsync(kind, r => r.Where(x => x.LogRemovedAt == null), ct),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The database does not know these."),
    };

    public async Task<ImmutableDictionary<RunId, RetentionItem>> RunsAsync(CancellationToken ct) =>
        (await OfRunsAsync(RetentionKind.Stills, r => r, ct).ConfigureAwait(false)).ToImmutableDictionary(i => new RunId(Guid.ParseExact(i.Key, "N")));

    public async Task<ImmutableArray<string>> ThumbKeysAsync(RunId run, bool isEvidence, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            // In doubt now, or at any time: what a person allowed later is what their decision rests on.
            return [.. await db.Frames.Where(f => f.RunId == run && f.ThumbKey != null
                    && isEvidence == (!f.IsAllowed || db.Verdicts.Any(v => v.RunId == f.RunId && v.Pts == f.Pts && v.Decision != Decision.Allow)))
                .OrderBy(f => f.Pts).Select(f => f.ThumbKey!).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    public async Task<string?> FileKeyAsync(RetentionKind kind, string key, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var export = kind == RetentionKind.Exports ? Guid.ParseExact(key, "N") : Guid.Empty;
            return kind == RetentionKind.Source
                ? await db.Media.Where(m => m.Sha256 == key).Select(m => m.Key).SingleOrDefaultAsync(ct).ConfigureAwait(false)
                : await db.Exports.Where(e => e.Id == export).Select(e => e.BlobKey).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    public async Task<bool> IsProtectedAsync(RetentionKind kind, string key, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var guid = kind == RetentionKind.Source ? Guid.Empty : Guid.ParseExact(key, "N");
            var run = new RunId(guid);
            var runs = kind switch
            {
                RetentionKind.Source => db.Runs.Where(r => r.MediaSha256 == key),
                RetentionKind.Exports => db.Runs.Where(r => db.Exports.Any(e => e.Id == guid && e.RunId == r.Id)),
                _ => db.Runs.Where(r => r.Id == run),
            };
            return await runs.AnyAsync(r => r.IsKept || r.IsHeld || !Over.Contains(r.State), ct).ConfigureAwait(false);
        }
    }

    public Task MarkAsync(RetentionKind kind, string key, DateTimeOffset at, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var db = scope.Db;
            var guid = kind == RetentionKind.Source ? Guid.Empty : Guid.ParseExact(key, "N");
            var run = db.Runs.Where(r => r.Id == new RunId(guid));
            var work = kind switch
            {
                RetentionKind.Source => db.Media.Where(m => m.Sha256 == key).ExecuteUpdateAsync(s => s.SetProperty(m => m.RemovedAt, at), token),
                RetentionKind.Exports => db.Exports.Where(e => e.Id == guid).ExecuteUpdateAsync(s => s.SetProperty(e => e.RemovedAt, at).SetProperty(e => e.State, ExportState.Expired), token),
                RetentionKind.Thumbnails => run.ExecuteUpdateAsync(s => s.SetProperty(r => r.PicturesRemovedAt, at), token),
                RetentionKind.Evidence => run.ExecuteUpdateAsync(s => s.SetProperty(r => r.EvidenceRemovedAt, at), token),
                RetentionKind.RunLog => run.ExecuteUpdateAsync(s => s.SetProperty(r => r.LogRemovedAt, at), token),
                _ => Task.FromResult(0),
            };
            await work.ConfigureAwait(false);
            if (kind == RetentionKind.RunLog)
            {
                await db.RunLog.Where(l => l.RunId == new RunId(guid)).ExecuteDeleteAsync(token).ConfigureAwait(false);
            }
        },
        ct);

    public Task<long> SetFlagsAsync(RunId run, bool isKept, bool isHeld, string? holdNote, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            await scope.Db.Runs.Where(r => r.Id == run).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.IsKept, isKept).SetProperty(r => r.IsHeld, isHeld).SetProperty(r => r.HoldNote, holdNote).SetProperty(r => r.Revision, r => r.Revision + 1),
                token).ConfigureAwait(false);
            return await scope.Db.Runs.Where(r => r.Id == run).Select(r => r.Revision).SingleAsync(token).ConfigureAwait(false);
        },
        ct);

    private async Task<ImmutableArray<RetentionItem>> SourcesAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Media.AsNoTracking().Where(m => m.RemovedAt == null).Select(m => new
            {
                m.Sha256, m.Bytes, m.CreatedAt,
                Ended = db.Runs.Where(r => r.MediaSha256 == m.Sha256).Max(r => r.EndedAt),
                IsProtected = db.Runs.Any(r => r.MediaSha256 == m.Sha256 && (r.IsKept || r.IsHeld || !Over.Contains(r.State))),
            }).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(r => new RetentionItem(RetentionKind.Source, r.Sha256, r.Ended ?? r.CreatedAt, r.Bytes, r.IsProtected))];
        }
    }

    private async Task<ImmutableArray<RetentionItem>> ExportsAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Exports.AsNoTracking().Where(e => e.State == ExportState.Done && e.RemovedAt == null).Join(db.Runs, e => e.RunId, r => r.Id, (e, r) => new
            {
                e.Id, e.CreatedAt, e.Bytes, IsProtected = r.IsKept || r.IsHeld || !Over.Contains(r.State),
            }).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(r => new RetentionItem(RetentionKind.Exports, r.Id.ToString("N"), r.CreatedAt, r.Bytes ?? 0, r.IsProtected))];
        }
    }

    private async Task<ImmutableArray<RetentionItem>> OfRunsAsync(RetentionKind kind, Func<IQueryable<RunTable>, IQueryable<RunTable>> which, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await which(db.Runs.AsNoTracking()).Select(r => new
            {
                r.Id, r.EndedAt, r.CreatedAt, r.IsKept, r.IsHeld, r.State,
                LogBytes = kind == RetentionKind.RunLog ? db.RunLog.Where(l => l.RunId == r.Id).Sum(l => (long?)l.Text.Length) ?? 0 : (long?)null,
            }).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(r => new RetentionItem(kind, r.Id.ToString(), r.EndedAt ?? r.CreatedAt, r.LogBytes, r.IsKept || r.IsHeld || !r.State.IsFinal()))];
        }
    }
}
