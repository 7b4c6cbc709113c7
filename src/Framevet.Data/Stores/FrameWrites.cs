using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Framevet.Data.Tables;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Stores;

/// <summary>Bulk insert of frame rows past EF: its change tracker costs several times the insert itself.</summary>
internal static class FrameWrites
{
    public const string FrameColumns = """
        "RunId", "Pts", "State", "IsAllowed", "Rank", "Quality", "Revision", "Index", "Seconds", "TimeBaseNum", "TimeBaseDen", "Fingerprint", "ThumbKey", "Scores", "Losses", "Verdict", "Detections"
        """;

    public const string FindingColumns = """ "RunId", "Pts", "Label", "Confidence", "Backend", "ModelVersion" """;

    public const string VerdictColumns = """ "RunId", "Pts", "At", "Decision", "Reason", "By", "Label", "Confidence", "Taxonomy", "Policy", "Model" """;

    private static readonly string FrameSql = $"""{Insert("Frames", FrameColumns)} ON CONFLICT ("RunId", "Pts") DO NOTHING""";
    private static readonly string FindingSql = Insert("Findings", FindingColumns);
    private static readonly string VerdictSql = Insert("Verdicts", VerdictColumns);
    private static readonly string[] Names = [.. Enumerable.Range(0, 32).Select(i => string.Create(CultureInfo.InvariantCulture, $"@p{i}"))];

    /// <summary>Inserts frames that are not there yet, with findings and first verdict. The frame at position i takes revision <paramref name="revision"/> + i + 1.</summary>
    public static Task InsertAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, long revision, DateTimeOffset now, CancellationToken ct) =>
        scope.Db.Dialect.InsertFramesAsync(scope, run, batch, revision, now, ct);

    /// <summary>The same, row by row.</summary>
    public static async Task InsertEachAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, long revision, DateTimeOffset now, CancellationToken ct)
    {
        var insert = scope.Command(FrameSql);
        var finding = scope.Command(FindingSql);
        var verdict = scope.Command(VerdictSql);
        foreach (var candidate in batch)
        {
            ct.ThrowIfCancellationRequested();
            if (await RunAsync(insert, FrameRow(run, candidate, ++revision), ct).ConfigureAwait(false) == 0 || candidate.Judgement is not { } judgement)
            {
                continue;
            }

            foreach (var seen in judgement.Findings)
            {
                await RunAsync(finding, FindingRow(run, candidate.Pts, seen), ct).ConfigureAwait(false);
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
            await RunAsync(command, FindingRow(run, pts, finding), ct).ConfigureAwait(false);
        }
    }

    /// <summary>A command for <see cref="AddVerdictAsync"/>.</summary>
    public static DbCommand VerdictCommand(WriteScope scope) => scope.Command(VerdictSql);

    /// <summary>Appends to the history of verdicts.</summary>
    public static Task AddVerdictAsync(DbCommand command, RunId run, long pts, Verdict verdict, DateTimeOffset now, CancellationToken ct) => RunAsync(command, VerdictRow(run, pts, verdict, now), ct);

    /// <summary>Stores the funnel and renews the heartbeat.</summary>
    public static Task SaveFunnelAsync(WriteScope scope, RunId run, Funnel funnel, DateTimeOffset now, CancellationToken ct) =>
        scope.Command("""UPDATE "Runs" SET "Funnel" = @funnel, "HeartbeatAt" = @now WHERE "Id" = @id""")
            .With("@id", run).With("@funnel", RowJson.Write(funnel)).With("@now", now).ExecuteNonQueryAsync(ct);

    /// <summary>Values of <see cref="FrameColumns"/>.</summary>
    public static object?[] FrameRow(RunId run, Candidate candidate, long revision)
    {
        var verdict = candidate.Judgement?.Verdict;
        var scores = candidate.Scores.Where(s => float.IsFinite(s.Value)).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
        return
        [
            run, candidate.Pts.Value, FrameMapping.StateOf(candidate.PassedGates, verdict?.Decision, candidate.Rank), candidate.IsAllowed, candidate.Rank,
            scores.TryGetValue(FrameTable.QualityScore, out var quality) ? FrameMapping.Decimal(quality) : null,
            revision, candidate.Index, candidate.Pts.Seconds, candidate.Pts.TimeBase.Num, candidate.Pts.TimeBase.Den, unchecked((long)candidate.Fingerprint), candidate.ThumbKey,
            RowJson.Write(scores), candidate.Losses.IsDefaultOrEmpty ? "[]" : RowJson.Write(candidate.Losses), verdict is null ? null : RowJson.Write(verdict),
            candidate.Detections is null ? null : RowJson.Write(candidate.Detections),
        ];
    }

    /// <summary>Values of <see cref="FindingColumns"/>.</summary>
    public static object?[] FindingRow(RunId run, Pts pts, Finding finding) => [run, pts.Value, finding.Label, finding.Confidence, finding.Backend, finding.ModelVersion];

    /// <summary>Values of <see cref="VerdictColumns"/>.</summary>
    public static object?[] VerdictRow(RunId run, long pts, Verdict verdict, DateTimeOffset now) =>
        [run, pts, now, verdict.Decision, verdict.Reason, verdict.By, verdict.Label, verdict.Confidence, verdict.Basis?.Taxonomy, verdict.Basis?.Policy, verdict.Basis?.Model];

    private static string Insert(string table, string columns) =>
        string.Create(CultureInfo.InvariantCulture, $"INSERT INTO \"{table}\" ({columns}) VALUES ({string.Join(", ", Enumerable.Range(0, columns.Count(c => c == ',') + 1).Select(i => $"@p{i}"))})");

    private static Task<int> RunAsync(DbCommand command, object?[] row, CancellationToken ct)
    {
        for (var i = 0; i < row.Length; i++)
        {
            command.With(Names[i], row[i]);
        }

        return command.ExecuteNonQueryAsync(ct);
    }
}
