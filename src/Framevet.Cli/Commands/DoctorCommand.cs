using System.CommandLine;
using System.Text.Json;
using Framevet.Pipeline.Tools;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet doctor</c>: what is installed, what is missing and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("doctor", Examples.Below("Check that the tools and libraries which Framevet needs are there. Exit code 3 when one is missing.", """
            framevet doctor
            framevet doctor --json
            """)) { json };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> RunAsync(bool isJson, CancellationToken ct)
    {
        await using var services = new CliServices();
        var reports = await services.Get<Doctor>().CheckAsync(ct);
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(reports, Printing.Json));
        }
        else
        {
            foreach (var report in reports)
            {
                Console.WriteLine($"{Word(report.State),-8} {report.Name}: {report.Detail}");
                if (report.Fix is { } fix)
                {
                    Console.WriteLine($"         {fix}");
                }
            }
        }

        // A limited tool refuses some formats; everything else works.
        return (int)(reports.All(r => r.State is ToolState.Ready or ToolState.Limited) ? ExitCode.Clean : ExitCode.BackendMissing);
    }

    private static string Word(ToolState state) => state switch
    {
        ToolState.Ready => "ok",
        ToolState.Limited => "limited",
        ToolState.Broken => "broken",
        _ => "missing",
    };
}
