using System.Diagnostics;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Hosting;

/// <summary>The verifier as an operator calls it: the program, on a file.</summary>
public sealed class AuditCommandSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task One_changed_row_in_the_file_is_named()
    {
        var trail = app.Services.GetRequiredService<IAuditTrail>();
        for (var i = 0; i < 5; i++)
        {
            await trail.AppendAsync(new Actor("1", "Ann", Rights.Review), "review.decide", $"item/{i}", null, """{"decision":"block"}""", Ct);
        }

        (await VerifyAsync(app.Folder)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(0), a => a.Output.ShouldContain("is whole: "));
        using var copy = new TemporaryFolder();
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(app.Folder, "framevet.db")};Pooling=False"))
        {
            await connection.OpenAsync(Ct);
            await ExecuteAsync(connection, $"VACUUM INTO '{Path.Combine(copy.Path, "framevet.db")}'");
        }

        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(copy.Path, "framevet.db")};Pooling=False"))
        {
            await connection.OpenAsync(Ct);
            await ExecuteAsync(connection, """DROP TRIGGER "AuditRefusesUpdate" """);
            await ExecuteAsync(connection, """UPDATE "Audit" SET "After" = '{"decision":"allow"}' WHERE "Id" = 3""");
        }

        (await VerifyAsync(copy.Path)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(4), a => a.Output.ShouldContain("broken at entry #3"));
        (await VerifyAsync(Path.Combine(copy.Path, "nowhere"))).Code.ShouldBe(1);
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class and a path of its own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static async Task<(int Code, string Output)> VerifyAsync(string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, ArgumentList = { typeof(Program).Assembly.Location, "audit", "verify", $"--Framevet:DataFolder={folder}" } };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, output);
    }
}
