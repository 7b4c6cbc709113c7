using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Kept selections in the database, and putting one into effect. Thread-safe.</summary>
internal sealed class EfSelectionStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : ISelectionStore
{
    private const string UpdateSql = """
        UPDATE "Frames" SET "State" = @state, "Rank" = @rank, "PickReason" = @why, "Losses" = @losses, "Scores" = @scores, "Quality" = @quality, "Revision" = @revision
        WHERE "RunId" = @run AND "Pts" = @pts
        """;

    public Task<SelectionVersion> AddAsync(SelectionVersion version, CancellationToken ct) => gate.WriteAsync(
        version.RunId,
        async (scope, token) =>
        {
            var last = await scope.Db.SelectionVersions.Where(v => v.RunId == version.RunId).MaxAsync(v => (int?)v.Number, token).ConfigureAwait(false) ?? 0;
            var numbered = version with { Number = last + 1 };
            scope.Db.SelectionVersions.Add(SelectionVersionTable.From(numbered));
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return numbered;
        },
        ct);

    public async Task<ImmutableArray<SelectionVersion>> ListAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. (await db.SelectionVersions.AsNoTracking().Where(v => v.RunId == run).OrderByDescending(v => v.Number).ToListAsync(ct).ConfigureAwait(false)).Select(v => v.ToVersion())];
        }
    }

    public async Task<SelectionVersion?> GetAsync(RunId run, int number, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return (await db.SelectionVersions.AsNoTracking().SingleOrDefaultAsync(v => v.RunId == run && v.Number == number, ct).ConfigureAwait(false))?.ToVersion();
        }
    }

    public Task<long> ApplyAsync(SelectionVersion version, ImmutableArray<Candidate> changed, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        version.RunId,
        async (scope, token) =>
        {
            var run = version.RunId;
            var verdicts = await scope.Db.Frames.AsNoTracking().Where(f => f.RunId == run).Select(f => new { f.Pts, f.Verdict }).ToDictionaryAsync(f => f.Pts, f => f.Verdict, token).ConfigureAwait(false);
            var last = await RunRevision.RaiseAsync(scope, run, changed.Length, token).ConfigureAwait(false);
            var revision = last - changed.Length;
            var update = scope.Command(UpdateSql);
            foreach (var frame in changed)
            {
                token.ThrowIfCancellationRequested();
                var decision = verdicts.GetValueOrDefault(frame.Pts.Value) is { } text ? RowJson.Read<Verdict>(text).Decision : (Decision?)null;
                var rank = frame.PassedGates && decision == Decision.Allow ? frame.Rank : null;
                var scores = frame.Scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary();
                await update.With("@run", run).With("@pts", frame.Pts.Value).With("@revision", ++revision).With("@state", FrameMapping.StateOf(frame.PassedGates, decision, rank)).With("@rank", rank)
                    .With("@why", rank is null ? null : frame.PickReason).With("@losses", frame.Losses.IsEmpty ? "[]" : RowJson.Write(frame.Losses)).With("@scores", RowJson.Write(scores))
                    .With("@quality", frame.Score(FrameTable.QualityScore) is { } quality ? FrameMapping.Decimal(quality) : (double?)null).ExecuteNonQueryAsync(token).ConfigureAwait(false);
            }

            var row = SelectionVersionTable.From(version);
            await scope.Db.SelectionVersions.Where(v => v.RunId == run && v.Number == version.Number)
                .ExecuteUpdateAsync(set => set.SetProperty(v => v.Picks, row.Picks).SetProperty(v => v.Funnel, row.Funnel).SetProperty(v => v.AppliedAt, now), token).ConfigureAwait(false);
            await FrameWrites.SaveFunnelAsync(scope, run, version.Funnel, now, token).ConfigureAwait(false);
            return last;
        },
        ct);
}
