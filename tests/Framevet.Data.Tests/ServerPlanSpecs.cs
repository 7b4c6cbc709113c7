using Framevet.Data.Engines;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Npgsql;

namespace Framevet.Data.Tests;

/// <summary>How a server answers what lists ask of a run of 100,000 frames.</summary>
public sealed class ServerPlanSpecsOnPostgres
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_best_frames_are_read_from_an_index_and_nothing_is_sorted(bool ofOneState)
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = Make.Run(database.Clock.Now, state: RunState.Done);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        await database.Get<IRunStore>().SaveCandidatesAsync(run.Id, [Make.Candidate(0)], new Funnel(), Ct);
        await using var connection = new NpgsqlConnection(database.Server);
        await connection.OpenAsync(Ct);

        // The one frame again and again, each with another score; some have none.
        var columns = await TextAsync(connection, """SELECT string_agg(format('%I', column_name), ', ') FROM information_schema.columns WHERE table_name = 'Frames' AND column_name NOT IN ('Pts', 'Quality')""");
        await TextAsync(connection, $"""
            INSERT INTO "Frames" ("Pts", "Quality", {columns}) SELECT i, CASE WHEN i % 50 = 0 THEN NULL ELSE (i * 7919 % 100003) / 100003.0 END, {columns} FROM "Frames", generate_series(1, 99999) i WHERE "Pts" = 0; ANALYZE "Frames"
            """);
        var filter = new FramesFilter(run.Id, ofOneState ? [FrameState.Allowed] : default, Sort: "quality", Descending: true);

        var plan = await PlanAsync(connection, filter);

        plan.ShouldContain("Quality_Pts\"");
        plan.ShouldNotContain("Sort");
        var rows = (await database.Get<FramesQuery>().PageAsync(filter, 0, 60, Ct)).Rows;
        rows.Length.ShouldBe(60);

        // It is the order of NULLs that does it.
        await TextAsync(connection, """
            DROP INDEX "IX_Frames_RunId_Quality_Pts"; DROP INDEX "IX_Frames_RunId_State_Quality_Pts"; CREATE INDEX plain ON "Frames" ("RunId", "Quality" DESC, "Pts"); ANALYZE "Frames"
            """);
        (await PlanAsync(connection, filter)).ShouldContain("Sort");
    }

    private static Task<string> PlanAsync(NpgsqlConnection connection, FramesFilter filter)
    {
        var sql = new FramesSql(filter, PostgresDialect.Instance);
        return TextAsync(connection, "EXPLAIN (FORMAT JSON) " + sql.Page(0, 60), sql.Parameters());
    }

    private static async Task<string> TextAsync(NpgsqlConnection connection, string sql, object[]? parameters = null)
    {
#pragma warning disable CA2100 // Texts of tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var parameter in parameters ?? [])
        {
            command.Parameters.Add(parameter);
        }

        return (await command.ExecuteScalarAsync(Ct))?.ToString() ?? "";
    }
}
