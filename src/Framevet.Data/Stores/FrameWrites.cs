using System.Collections.Immutable;
using System.Data.Common;
using Framevet.Data.Tables;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Stores;

/// <summary>Bulk insert of frame rows with prepared commands: EF's change tracker costs several times the insert itself.</summary>
internal static class FrameWrites
{
    private const string FrameSql = """
        INSERT INTO "Frames" ("RunId", "Pts", "State", "IsAllowed", "Rank", "Quality", "Revision", "Index", "Seconds", "TimeBaseNum", "TimeBaseDen",
                              "Fingerprint", "ThumbKey", "Scores", "Losses", "Verdict", "Detections")
        VALUES (@run, @pts, @state, @allowed, @rank, @quality, @revision, @index, @seconds, @num, @den, @fingerprint, @thumb, @scores, @losses, @verdict, @detections)
        ON CONFLICT ("RunId", "Pts") DO NOTHING
        """;

    private const string FindingSql = """
        INSERT INTO "Findings" ("RunId", "Pts", "Label", "Confidence", "Backend", "ModelVersion") VALUES (@run, @pts, @label, @confidence, @backend, @version)
        """;

    private const string VerdictSql = """
        INSERT INTO "Verdicts" ("RunId", "Pts", "At", "Decision", "Reason", "By", "Label", "Confidence", "Taxonomy", "Policy", "Model")
        VALUES (@run, @pts, @at, @decision, @reason, @by, @label, @confidence, @taxonomy, @policy, @model)
        """;

    /// <summary>Inserts frames that are not there yet, with findings and first verdict. The frame at position i takes revision <paramref name="revision"/> + i + 1.</summary>
    public static async Task InsertAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, long revision, DateTimeOffset now, CancellationToken ct)
    {
        var insert = scope.Command(FrameSql);
        var finding = scope.Command(FindingSql);
        var verdict = scope.Command(VerdictSql);
        foreach (var candidate in batch)
        {
            ct.ThrowIfCancellationRequested();
            Fill(insert, run, candidate, ++revision);
            if (await insert.ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 0 || candidate.Judgement is not { } judgement)
            {
                continue;
            }

            foreach (var seen in judgement.Findings)
            {
                await AddAsync(finding, run, candidate.Pts, seen, ct).ConfigureAwait(false);
            }

            await AddVerdictAsync(verdict, run, candidate.Pts.Value, judgement.Verdict, now, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Adds findings to frames that are there already.</summary>
    public static async Task AddFindingsAsync(WriteScope scope, RunId run, ImmutableArray<ClipChange> changes, CancellationToken ct)
    {
        var command = scope.Command(FindingSql);
        foreach (var (pts, finding) in changes.SelectMany(c => c.Added, (c, finding) => (c.Pts, finding)))
        {
            await AddAsync(command, run, pts, finding, ct).ConfigureAwait(false);
        }
    }

    private static Task<int> AddAsync(DbCommand command, RunId run, Pts pts, Finding finding, CancellationToken ct) => command
        .With("@run", run).With("@pts", pts.Value).With("@label", finding.Label).With("@confidence", finding.Confidence)
        .With("@backend", finding.Backend).With("@version", finding.ModelVersion).ExecuteNonQueryAsync(ct);

    /// <summary>A command for <see cref="AddVerdictAsync"/>.</summary>
    public static DbCommand VerdictCommand(WriteScope scope) => scope.Command(VerdictSql);

    /// <summary>Appends to the history of verdicts.</summary>
    public static Task AddVerdictAsync(DbCommand command, RunId run, long pts, Verdict verdict, DateTimeOffset now, CancellationToken ct) => command
        .With("@run", run).With("@pts", pts).With("@at", now).With("@decision", verdict.Decision).With("@reason", verdict.Reason)
        .With("@by", verdict.By).With("@label", verdict.Label).With("@confidence", verdict.Confidence)
        .With("@taxonomy", verdict.Basis?.Taxonomy).With("@policy", verdict.Basis?.Policy).With("@model", verdict.Basis?.Model).ExecuteNonQueryAsync(ct);

    /// <summary>Stores the funnel and renews the heartbeat.</summary>
    public static Task SaveFunnelAsync(WriteScope scope, RunId run, Funnel funnel, DateTimeOffset now, CancellationToken ct) =>
        scope.Command("""UPDATE "Runs" SET "Funnel" = @funnel, "HeartbeatAt" = @now WHERE "Id" = @id""")
            .With("@id", run).With("@funnel", RowJson.Write(funnel)).With("@now", now).ExecuteNonQueryAsync(ct);

    private static void Fill(DbCommand insert, RunId run, Candidate candidate, long revision)
    {
        var verdict = candidate.Judgement?.Verdict;
        var scores = candidate.Scores.Where(s => float.IsFinite(s.Value)).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
        insert.With("@run", run).With("@pts", candidate.Pts.Value)
            .With("@state", FrameMapping.StateOf(candidate.PassedGates, verdict?.Decision, candidate.Rank))
            .With("@allowed", candidate.IsAllowed).With("@rank", candidate.Rank)
            .With("@quality", scores.TryGetValue(FrameTable.QualityScore, out var quality) ? FrameMapping.Decimal(quality) : null)
            .With("@revision", revision).With("@index", candidate.Index).With("@seconds", candidate.Pts.Seconds)
            .With("@num", candidate.Pts.TimeBase.Num).With("@den", candidate.Pts.TimeBase.Den)
            .With("@fingerprint", unchecked((long)candidate.Fingerprint)).With("@thumb", candidate.ThumbKey)
            .With("@scores", RowJson.Write(scores)).With("@losses", candidate.Losses.IsDefaultOrEmpty ? "[]" : RowJson.Write(candidate.Losses))
            .With("@verdict", verdict is null ? null : RowJson.Write(verdict))
            .With("@detections", candidate.Detections is null ? null : RowJson.Write(candidate.Detections));
    }
}
