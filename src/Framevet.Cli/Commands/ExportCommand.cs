using System.CommandLine;
using Framevet.Pipeline;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet export</c>: makes the file of a run's picks on a server and fetches it.</summary>
internal static class ExportCommand
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private static readonly Argument<string> Run = new("RUN") { Description = "Id of a run." };
    private static readonly Option<string?> Out = new("--out") { HelpName = "FILE|DIR", Description = "Where to write it; default the server's name for it, here." };
    private static readonly Option<string?> Exporter = new("--exporter") { HelpName = "ID", Description = "What to make (see 'framevet parts exporter'); default what the recipe says." };

    public static Command Create()
    {
        var command = ServerCommand.Of("export", "Make the file of a run's picks and fetch it.", """
            framevet export RUN --out best.zip
            framevet export RUN --exporter contact-sheet --out sheets/
            """, RunAsync);
        command.Add(Run);
        command.Add(Out);
        command.Add(Exporter);
        return command;
    }

    private static async Task<ExitCode> RunAsync(ServerCalls server, ParseResult parsed, CancellationToken ct)
    {
        object? body = parsed.GetValue(Exporter) is { } id ? new { exporter = new { id } } : null;
        var export = await server.PostAsync($"runs/{Uri.EscapeDataString(parsed.GetValue(Run)!)}/exports", body ?? new { }, ct);
        while (export.Text("state") is "queued" or "running")
        {
            await Task.Delay(Every, ct);
            export = await server.GetAsync($"exports/{export.Text("id")}", ct);
        }

        if (export.Text("state") != "done")
        {
            throw new VettingException(FailureCode.ToolFailed, export.Text("error") is { Length: > 0 } error ? error : "The export failed.");
        }

        // The name comes from the server: it may not lead elsewhere.
        var name = Path.GetFileName(export.Text("fileName"));
        var wanted = parsed.GetValue(Out) ?? name;
        var file = Directory.Exists(wanted) || Path.EndsInDirectorySeparator(wanted) ? Path.Combine(Directory.CreateDirectory(wanted).FullName, name) : wanted;
        await server.DownloadAsync(export.Text("file"), file, ct);
        ServerCommand.Say(parsed, export, e => $"{file}: {e.Text("frames")} frames, {e.Text("bytes")} bytes");
        return ExitCode.Clean;
    }
}
