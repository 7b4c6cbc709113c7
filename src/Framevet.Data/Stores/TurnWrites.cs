using System.Globalization;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Stores;

/// <summary>Whose turn it is among the runs that wait; <see cref="TurnRules"/> as one statement.</summary>
internal static class TurnWrites
{
    /// <summary>See <see cref="IRunStore.TryTakeNextAsync"/>. Who counts what others have in hand must not be overtaken before it has taken: takers queue up for the length of this statement.</summary>
    public static async Task<RunLease?> TryTakeNextAsync(WriteScope scope, string group, TurnRules rules, WorkNode node, TimeProvider clock, CancellationToken ct)
    {
        await scope.Db.Dialect.HoldTurnsAsync(scope, ct).ConfigureAwait(false);
        var now = scope.Db.Dialect.Now(clock);
        var risen = rules.Step is { } step
            ? string.Create(CultureInfo.InvariantCulture, $"""CASE WHEN o."Served" > r."CreatedAt" THEN {now} - o."Served" WHEN {now} > r."CreatedAt" THEN {now} - r."CreatedAt" ELSE 0 END / {step.Ticks}""")
            : "0";
        var limit = rules.MostPerOwner is { } most ? string.Create(CultureInfo.InvariantCulture, $"""o."Held" < {most}""") : "TRUE";
        const string Waits = """ "State" IN ('Queued', 'Finishing') AND "WorkGroup" = @group""";
        var isFree = $"""(r."LeaseUntil" IS NULL OR r."LeaseUntil" < {now}) AND (r."NotBefore" IS NULL OR r."NotBefore" <= {now})""";
        var command = scope.Command($"""
            WITH owners AS MATERIALIZED (
                SELECT w."OwnerId",
                    (SELECT count(*) FROM "Runs" h WHERE h."OwnerId" = w."OwnerId" AND h."State" IN ('Queued', 'Running', 'Finishing', 'Cancelling') AND h."LeaseUntil" >= {now}) AS "Held",
                    (SELECT max(s."StartedAt") FROM "Runs" s WHERE s."OwnerId" = w."OwnerId") AS "Served"
                FROM (SELECT DISTINCT "OwnerId" FROM "Runs" WHERE {Waits}) w)
            UPDATE "Runs" SET "LeaseToken" = "LeaseToken" + 1, "Worker" = @node, "LeaseUntil" = {now} + @length
            WHERE "Id" = (
                SELECT r."Id" FROM "Runs" r JOIN owners o ON o."OwnerId" = r."OwnerId"
                WHERE {Waits} AND {isFree} AND {limit}
                ORDER BY r."Priority" + {risen} DESC, o."Held", COALESCE(o."Served", 0), CASE WHEN r."State" = 'Finishing' THEN 0 ELSE 1 END, r."CreatedAt", r."Id"
                LIMIT 1{scope.Db.Dialect.SkipLocked})
            RETURNING "Id", "LeaseToken"
            """).With("@group", group).With("@node", node.Id).With("@length", node.Lease.Ticks);
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await reader.ReadAsync(ct).ConfigureAwait(false) && RunId.TryParse(reader.GetString(0), out var run) ? new RunLease(run, node.Id, reader.GetInt64(1), node.Lease) : null;
        }
    }

    /// <summary>See <see cref="IRunStore.RouteAsync"/>.</summary>
    public static Task<int> RouteAsync(WriteScope scope, RunId run, string group, CancellationToken ct) =>
        scope.Command("""UPDATE "Runs" SET "WorkGroup" = @group WHERE "Id" = @id AND ("WorkGroup" IS NULL OR "WorkGroup" <> @group)""").With("@id", run).With("@group", group).ExecuteNonQueryAsync(ct);

    /// <summary>See <see cref="IRunStore.PostponeAsync"/>.</summary>
    public static Task<int> PostponeAsync(WriteScope scope, RunId run, TimeSpan pause, TimeProvider clock, CancellationToken ct) =>
        scope.Command($"""UPDATE "Runs" SET "NotBefore" = {scope.Db.Dialect.Now(clock)} + @pause WHERE "Id" = @id""").With("@id", run).With("@pause", pause.Ticks).ExecuteNonQueryAsync(ct);

    /// <summary>See <see cref="IRunStore.CountFinishTryAsync"/>.</summary>
    public static async Task<int> CountFinishTryAsync(WriteScope scope, RunId run, CancellationToken ct) =>
        (int)(await scope.Command("""UPDATE "Runs" SET "FinishTries" = "FinishTries" + 1 WHERE "Id" = @id RETURNING "FinishTries" """).With("@id", run).NumberAsync(ct).ConfigureAwait(false) ?? 0);
}
