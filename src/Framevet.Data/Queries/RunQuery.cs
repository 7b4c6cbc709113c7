using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>One run: Run page, API.</summary>
public sealed class RunQuery(IDbContextFactory<FramevetDb> contexts)
{
    private const int LogTail = 200;
    private const int MostWarnings = 20;

    /// <summary>The run with owner name, the last 200 log lines (oldest first), exports (newest first) and open review items; null when there is none.</summary>
    public async Task<RunDetails?> GetAsync(RunId id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            if (await db.Runs.AsNoTracking().Include(r => r.Media).SingleOrDefaultAsync(r => r.Id == id, ct).ConfigureAwait(false) is not { } run)
            {
                return null;
            }

            var log = await db.RunLog.AsNoTracking().Where(l => l.RunId == id).OrderByDescending(l => l.Id).Take(LogTail).ToListAsync(ct).ConfigureAwait(false);
            // What an earlier try had to say does not count for a run that began anew.
            var since = run.StartedAt ?? run.CreatedAt;
            var warnings = await db.RunLog.AsNoTracking().Where(l => l.RunId == id && l.Level == RunLogLevel.Warning && l.At >= since).OrderByDescending(l => l.Id).Take(MostWarnings)
                .ToListAsync(ct).ConfigureAwait(false);
            var exports = await db.Exports.AsNoTracking().Where(e => e.RunId == id).OrderByDescending(e => e.CreatedAt).ThenBy(e => e.Id).ToListAsync(ct).ConfigureAwait(false);
            // An export that a run makes by itself knows its owner by id only.
            var names = await OwnerNames.ReadAsync(db, [run.OwnerId, .. exports.Select(e => e.OwnerId)], ct).ConfigureAwait(false);
            var open = await db.ReviewItems.Where(i => i.RunId == id && (i.State == ReviewState.Waiting || i.State == ReviewState.Claimed))
                .OrderBy(i => i.CreatedAt).Select(i => i.Id).ToListAsync(ct).ConfigureAwait(false);
            var parts = run.State != RunState.Running ? []
                : await db.RunSegments.AsNoTracking().Where(s => s.RunId == id).Select(s => new { s.State, s.Node }).ToListAsync(ct).ConfigureAwait(false);
            return new RunDetails(run.ToRun(), names.Of(run.OwnerId), [.. log.AsEnumerable().Reverse().Select(Line)], [.. exports.Select(e => e.ToExport() with { OwnerName = names.Of(e.OwnerId) })], [.. open],
                [.. warnings.AsEnumerable().Reverse().Select(Line)],
                parts.Count == 0 ? null : new SharedWork(parts.Count, parts.Count(p => p.State == SegmentState.Done), [.. parts.Where(p => p.State == SegmentState.Working).Select(p => p.Node!).Distinct().Order(StringComparer.Ordinal)]));
        }
    }

    /// <summary>Log lines after <paramref name="afterId"/>, oldest first.</summary>
    public async Task<ImmutableArray<RunLogLine>> LogAsync(RunId id, long afterId, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var lines = await db.RunLog.AsNoTracking().Where(l => l.RunId == id && l.Id > afterId).OrderBy(l => l.Id).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return [.. lines.Select(Line)];
        }
    }

    private static RunLogLine Line(RunLogTable line) => new(line.Id, line.At, line.Level, line.Text);
}

/// <summary>Everything the Run page shows beside frames. <paramref name="Warnings"/>: the last 20 warnings since the run began, oldest first.</summary>
public sealed record RunDetails(Run Run, string OwnerName, ImmutableArray<RunLogLine> Log, ImmutableArray<ExportOrder> Exports, ImmutableArray<Guid> OpenReviewItems,
    ImmutableArray<RunLogLine> Warnings, SharedWork? Shared = null);

/// <summary>How far a run is that several workers measure: <paramref name="Done"/> of <paramref name="Parts"/> are measured, and these nodes work on others.</summary>
public sealed record SharedWork(int Parts, int Done, ImmutableArray<string> Nodes);

/// <summary>A line of a run's log.</summary>
public sealed record RunLogLine(long Id, DateTimeOffset At, RunLogLevel Level, string Text);
