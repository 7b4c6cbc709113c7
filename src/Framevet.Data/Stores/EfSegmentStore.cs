using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Tables;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Segments of shared runs in the database; all times by its clock. Thread-safe.</summary>
internal sealed class EfSegmentStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : ISegmentStore
{
    private const string Held = """ "RunId" = @run AND "Number" = @number AND "LeaseToken" = @token AND "State" = 'Working' """;

    public Task PlanAsync(RunLease owner, ImmutableArray<Segment> segments, string version, CancellationToken ct) => gate.WriteAsync(
        owner.Run,
        async (scope, token) =>
        {
            await LeaseWrites.RenewAsync(scope, "Runs", owner.Run, owner, clock, token).ConfigureAwait(false);
            await scope.Db.RunSegments.Where(s => s.RunId == owner.Run).ExecuteDeleteAsync(token).ConfigureAwait(false);
            scope.Db.RunSegments.AddRange(segments.Select(s => new RunSegmentTable
            {
                RunId = owner.Run,
                Number = s.Number,
                FromPts = s.From,
                ToPts = s.To,
                OriginPts = s.Origin,
                BeforePts = s.Before,
                KeyBeforePts = s.KeyBefore,
                FirstIndex = s.FirstIndex,
                Frames = s.Frames,
                Version = version,
            }));
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);

    public async Task<ImmutableArray<SegmentRow>> OfRunAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.RunSegments.AsNoTracking().Where(s => s.RunId == run).OrderBy(s => s.Number).ToListAsync(ct).ConfigureAwait(false);
            if (rows.Count == 0)
            {
                return [];
            }

#pragma warning disable EF1002 // The dialect's own words.
            var now = (await db.Database.SqlQueryRaw<long>(string.Create(CultureInfo.InvariantCulture, $"SELECT {db.Dialect.Now(clock)} AS \"Value\"")).ToListAsync(ct).ConfigureAwait(false)).Single();
#pragma warning restore EF1002
            return [.. rows.Select(r => r.ToRow(new DateTimeOffset(now, TimeSpan.Zero)))];
        }
    }

    public Task<SegmentLease?> TryClaimAsync(RunId run, WorkNode node, string version, int maxAttempts, CancellationToken ct) => gate.StepAsync(
        async (scope, token) =>
        {
            var now = scope.Db.Dialect.Now(clock);
            var number = await scope.Command($"""
                UPDATE "RunSegments" SET "State" = 'Working', "Node" = @node, "LeaseToken" = "LeaseToken" + 1, "LeaseUntil" = {now} + @length, "Attempt" = "Attempt" + 1, "Seen" = 0
                WHERE "RunId" = @run AND "Number" = (
                    SELECT s."Number" FROM "RunSegments" s
                    WHERE s."RunId" = @run AND s."Version" = @version AND s."Attempt" < @most AND (s."State" = 'Waiting' OR (s."State" = 'Working' AND s."LeaseUntil" < {now}))
                        AND EXISTS (SELECT 1 FROM "Runs" r WHERE r."Id" = @run AND r."State" = 'Running')
                    ORDER BY s."Number" LIMIT 1{scope.Db.Dialect.SkipLocked})
                RETURNING "Number"
                """).With("@run", run).With("@node", node.Id).With("@length", node.Lease.Ticks).With("@version", version).With("@most", maxAttempts).NumberAsync(token).ConfigureAwait(false);
            if (number is not { } taken)
            {
                return null;
            }

            // The row is this transaction's until it commits.
            var row = await scope.Db.RunSegments.AsNoTracking().SingleAsync(s => s.RunId == run && s.Number == taken, token).ConfigureAwait(false);
            return new SegmentLease(run, row.ToRow(DateTimeOffset.MinValue).Segment, node.Id, row.LeaseToken, row.Attempt, node.Lease);
        },
        ct);

    public Task<bool> BeatAsync(SegmentLease lease, long seen, CancellationToken ct) => gate.StepAsync(
        async (scope, token) => await Under(scope, $"""
            UPDATE "RunSegments" SET "LeaseUntil" = {scope.Db.Dialect.Now(clock)} + @length, "Seen" = @seen
            WHERE {Held} AND EXISTS (SELECT 1 FROM "Runs" r WHERE r."Id" = @run AND r."State" IN ('Running', 'Queued'))
            """, lease).With("@length", lease.Length.Ticks).With("@seen", seen).ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1,
        ct);

    public Task<bool> CompleteAsync(SegmentLease lease, string key, SegmentFacts facts, CancellationToken ct) => gate.StepAsync(
        async (scope, token) => await Under(scope, $"""UPDATE "RunSegments" SET "State" = 'Done', "LeaseUntil" = NULL, "ResultKey" = @key, "Facts" = @facts WHERE {Held}""", lease)
            .With("@key", key).With("@facts", RowJson.Write(facts)).ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1,
        ct);

    public Task<bool> FailAsync(SegmentLease lease, SegmentTrouble trouble, CancellationToken ct) => gate.StepAsync(
        async (scope, token) => await Under(scope, $"""UPDATE "RunSegments" SET "State" = @state, "LeaseUntil" = NULL, "Trouble" = @trouble WHERE {Held}""", lease)
            .With("@state", trouble.Code is null ? SegmentState.Void : SegmentState.Failed).With("@trouble", RowJson.Write(trouble)).ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1,
        ct);

    public Task ReleaseAsync(SegmentLease lease, bool countsNot, CancellationToken ct) => gate.StepAsync(
        (scope, token) => Under(scope, $"""UPDATE "RunSegments" SET "State" = 'Waiting', "Node" = NULL, "LeaseUntil" = NULL, "Seen" = 0, "Attempt" = "Attempt" - @back WHERE {Held}""", lease)
            .With("@back", countsNot ? 1 : 0).ExecuteNonQueryAsync(token),
        ct);

    public Task ReopenAsync(RunLease owner, int number, bool anew, CancellationToken ct) => gate.WriteAsync(
        owner.Run,
        async (scope, token) =>
        {
            await LeaseWrites.RenewAsync(scope, "Runs", owner.Run, owner, clock, token).ConfigureAwait(false);
            await scope.Command("""
                UPDATE "RunSegments" SET "State" = 'Waiting', "Node" = NULL, "LeaseToken" = "LeaseToken" + 1, "LeaseUntil" = NULL, "Seen" = 0, "ResultKey" = NULL, "Facts" = NULL, "Trouble" = NULL,
                    "Attempt" = CASE WHEN @anew THEN 0 ELSE "Attempt" END
                WHERE "RunId" = @run AND "Number" = @number
                """).With("@run", owner.Run).With("@number", number).With("@anew", anew).ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        ct);

    public Task<int> RemoveAsync(RunId run, CancellationToken ct) =>
        gate.StepAsync((scope, token) => scope.Command("""DELETE FROM "RunSegments" WHERE "RunId" = @run""").With("@run", run).ExecuteNonQueryAsync(token), ct);

    public async Task<ImmutableArray<RunId>> LeftAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var left = from segment in db.RunSegments
                       join run in db.Runs on segment.RunId equals run.Id
                       where run.State != RunState.Running && run.State != RunState.Queued
                       select segment.RunId;
            return [.. await left.Distinct().ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    private static System.Data.Common.DbCommand Under(WriteScope scope, string sql, SegmentLease lease) =>
        scope.Command(sql).With("@run", lease.Run).With("@number", lease.Segment.Number).With("@token", lease.Token);
}
