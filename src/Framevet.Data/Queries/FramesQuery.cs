using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Frames of a run: Gallery, Frame page, curve, live catch-up, API.</summary>
public sealed class FramesQuery(IDbContextFactory<FramevetDb> contexts, RunColumnsCache cache)
{
    /// <summary>One page of frames and the number of all that match.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: a sort or bound that cannot be a score id.</exception>
    public async Task<Page<FrameRow>> PageAsync(FramesFilter filter, int skip, int take, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var (count, page) = (new FramesSql(filter, db.Dialect), new FramesSql(filter, db.Dialect));
            var total = await OneAsync(db, count.Count(), count.Parameters(), ct).ConfigureAwait(false);
            var rows = await RowsAsync(db, page.Page(skip, take), page, ct).ConfigureAwait(false);
            return new Page<FrameRow>(rows, (int)total);
        }
    }

    /// <summary>PTS of all frames that match, in order, for "select all filtered"; at most <paramref name="limit"/>.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: a sort or bound that cannot be a score id.</exception>
    public async Task<ImmutableArray<long>> PtsAsync(FramesFilter filter, int limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var sql = new FramesSql(filter, db.Dialect);
            var statement = sql.Stamps(limit);
            return [.. await db.Database.SqlQueryRaw<long>(statement, sql.Parameters()).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    /// <summary>One frame with findings, losses and neighbours; null when there is none.</summary>
    public async Task<FrameDetails?> GetAsync(RunId run, long pts, CancellationToken ct)
    {
        // Before the frame, so that its scores are among them.
        var columns = await cache.GetAsync(run, ct).ConfigureAwait(false);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await DetailsAsync(db, run, [pts], ct, columns).ConfigureAwait(false) is [var frame] ? frame : null;
        }
    }

    /// <summary>
    /// Frames written or changed after revision <paramref name="after"/>, by rising revision: catch-up for live clients. Each row has a
    /// revision of its own, so the next call continues at the last row's without a gap.
    /// </summary>
    public async Task<ImmutableArray<FrameRow>> ChangedAsync(RunId run, long after, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Frames.AsNoTracking().Where(f => f.RunId == run && f.Revision > after).OrderBy(f => f.Revision).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(f => f.ToRow())];
        }
    }

    /// <summary>One score over time, for the curve. Thinned evenly (keeping the minimum and maximum of each bucket) to at most <paramref name="maxPoints"/> (at least 2).</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: not a score id.</exception>
    public async Task<ImmutableArray<CurvePoint>> CurveAsync(RunId run, string score, int maxPoints, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, 2);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return Curves.Thin(await ScoreScan.CurveAsync(db, run, score, ct).ConfigureAwait(false), maxPoints);
        }
    }

    /// <summary>For each score of the run: count, minimum, maximum and a histogram of <paramref name="bins"/> bins between them.</summary>
    public async Task<ImmutableArray<ScoreRange>> RangesAsync(RunId run, int bins, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var scores = await ScoreScan.AllAsync(db, run, ct).ConfigureAwait(false);
            return [.. scores.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => Curves.Range(s.Key, s.Value, bins))];
        }
    }

    /// <summary>Frames by state; states without frames are there with 0.</summary>
    public async Task<ImmutableSortedDictionary<FrameState, int>> CountsAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var counts = await db.Frames.Where(f => f.RunId == run).GroupBy(f => f.State).Select(g => new { State = g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.State, g => g.Count, ct).ConfigureAwait(false);
            return Enum.GetValues<FrameState>().ToImmutableSortedDictionary(s => s, s => counts.GetValueOrDefault(s));
        }
    }

    /// <summary>Frames of one run with everything known, by rising PTS; the scores of the run are read once for all of them.</summary>
    internal static async Task<ImmutableArray<FrameDetails>> DetailsAsync(FramevetDb db, RunId run, long[] stamps, CancellationToken ct, RunColumns? columns = null)
    {
        var frames = await db.Frames.AsNoTracking().Where(f => f.RunId == run && EF.Parameter(stamps).Contains(f.Pts)).OrderBy(f => f.Pts)
            .Select(f => new
            {
                Frame = f,
                Previous = db.Frames.Where(o => o.RunId == run && o.Pts < f.Pts).Max(o => (long?)o.Pts),
                Next = db.Frames.Where(o => o.RunId == run && o.Pts > f.Pts).Min(o => (long?)o.Pts),
            }).ToListAsync(ct).ConfigureAwait(false);
        if (frames.Count == 0)
        {
            return [];
        }

        var findings = (await db.Findings.AsNoTracking().Where(f => f.RunId == run && EF.Parameter(stamps).Contains(f.Pts)).OrderBy(f => f.Id).ToListAsync(ct).ConfigureAwait(false))
            .ToLookup(f => f.Pts, f => f.ToFinding());
        var name = await db.Runs.Where(r => r.Id == run).Select(r => r.SourceName).SingleAsync(ct).ConfigureAwait(false);
        var all = columns is null ? await ScoreScan.AllAsync(db, run, ct).ConfigureAwait(false) : null;
        double Percentile(string score, double value) => all is null ? 100 * columns!.Percentile(score, value) ?? 0 : Curves.Percentile(all[score], value);
        return [.. frames.Select(f => Details(f.Frame, [.. findings[f.Frame.Pts]], name, f.Previous, f.Next, Percentile))];
    }

    private static FrameDetails Details(FrameTable frame, ImmutableArray<Finding> findings, string sourceName, long? previous, long? next, Func<string, double, double> percentile)
    {
        var candidate = frame.ToCandidate(findings);
        return new FrameDetails(
            frame.ToRow(), sourceName, candidate, findings, candidate.Judgement?.Verdict, candidate.Losses, previous, next,
            candidate.Scores.ToImmutableSortedDictionary(s => s.Key, s => percentile(s.Key, FrameMapping.Decimal(s.Value)), StringComparer.Ordinal), frame.PickReason);
    }

    private static async Task<ImmutableArray<FrameRow>> RowsAsync(FramevetDb db, string sql, FramesSql source, CancellationToken ct) =>
        [.. (await db.Frames.FromSqlRaw(sql, source.Parameters()).AsNoTracking().ToListAsync(ct).ConfigureAwait(false)).Select(f => f.ToRow())];

    private static async Task<long> OneAsync(FramevetDb db, string sql, object[] parameters, CancellationToken ct) =>
        (await db.Database.SqlQueryRaw<long>(sql, parameters).ToListAsync(ct).ConfigureAwait(false))[0];
}

/// <summary>
/// Which frames of which run. Ranges by score id, both ends inclusive, null = open; a frame without the score is outside every range. Sort:
/// <c>pts</c>, <c>rank</c> or a score id; frames without the score last; ties by PTS. States null = any, empty = none. Scene: its number, null = any; a
/// number that the run's scene list does not have holds no frame. Person: frames with a face of that person, null = any.
/// </summary>
public sealed record FramesFilter(RunId Run, ImmutableArray<FrameState>? States = null, ImmutableSortedDictionary<string, ScoreBounds>? Scores = null,
    string Sort = "pts", bool Descending = false, int? Scene = null, int? Person = null)
{
    /// <summary>First lost at one of these gates; empty = any.</summary>
    public ImmutableArray<string> Losses { get; init; } = [];

    /// <summary>A backend saw one of these labels; empty = any. Only for people who may review.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>What people decided; empty = any.</summary>
    public ImmutableArray<MarkFlag> Flags { get; init; } = [];

    /// <summary>Numbers of stars 0..5; empty = any.</summary>
    public ImmutableArray<int> Stars { get; init; } = [];

    /// <summary>Colours 0..4; empty = any.</summary>
    public ImmutableArray<int> Colours { get; init; } = [];

    /// <summary>At least one of these tags; empty = any.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>First PTS, included; null = open.</summary>
    public long? FromPts { get; init; }

    /// <summary>Last PTS, included; null = open.</summary>
    public long? ToPts { get; init; }

    /// <summary>
    /// Conditions that are turned round: <c>state</c>, <c>loss</c>, <c>scene</c>, <c>person</c>, <c>label</c>, <c>flag</c>, <c>stars</c>, <c>colour</c>, <c>tag</c>, <c>pts</c>, or
    /// <c>range:</c> and the id of a score (then the value lies outside; a frame without the score stays out).
    /// </summary>
    public ImmutableHashSet<string> Not { get; init; } = [];

    /// <summary>Whether a statement over the table of frames alone cannot answer it.</summary>
    public bool NeedsColumns => !Losses.IsEmpty || !Labels.IsEmpty || !Flags.IsEmpty || !Stars.IsEmpty || !Colours.IsEmpty || !Tags.IsEmpty || FromPts is not null || ToPts is not null
        || !Not.IsEmpty || Sort == "stars" || Sort.StartsWith("random-", StringComparison.Ordinal);
}

/// <summary>Bounds on one score.</summary>
public sealed record ScoreBounds(double? Min, double? Max);

/// <summary>Where a frame stands, derived from gates, verdict and selection. Names are an API.</summary>
public enum FrameState
{
    /// <summary>A gate said no.</summary>
    Lost,
    /// <summary>A person must look (or no verdict yet).</summary>
    Pending,
    /// <summary>Must not be shown.</summary>
    Blocked,
    /// <summary>Allowed, not picked (yet).</summary>
    Allowed,
    /// <summary>Picked.</summary>
    Selected,
}

/// <summary>A frame in a list. <paramref name="IsAllowed"/>: a verdict allows it to be seen (a frame lost at a gate may be allowed too).</summary>
public sealed record FrameRow(RunId Run, long Pts, double Seconds, int Index, FrameState State, bool IsAllowed, string? LossReason, int? Rank, double? Quality,
    ImmutableSortedDictionary<string, float> Scores, string? ThumbKey, long Revision);

/// <summary>
/// A frame with everything known about it. <paramref name="Percentiles"/> by score id, 0..100: share of the run's frames with a lower value, in
/// percent. <paramref name="PickReason"/>: why the selector picked it, null when it did not.
/// </summary>
public sealed record FrameDetails(FrameRow Row, string SourceName, Candidate Candidate, ImmutableArray<Finding> Findings, Verdict? Verdict, ImmutableArray<Loss> Losses, long? PreviousPts, long? NextPts,
    ImmutableSortedDictionary<string, double> Percentiles, string? PickReason = null);

/// <summary>A point of a score curve.</summary>
public readonly record struct CurvePoint(long Pts, double Seconds, float Value, FrameState State);

/// <summary>What a score looks like over a run.</summary>
public sealed record ScoreRange(string Score, int Count, double Min, double Max, ImmutableArray<int> Histogram);
