using System.CommandLine;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet list</c>: runs of a server.</summary>
internal static class ListCommand
{
    private static readonly Option<string[]> State = new("--state") { HelpName = "STATE", Description = "Only runs in this state, e.g. failed or awaitingReview; several times for several." };
    private static readonly Option<string?> Search = new("--text") { HelpName = "TEXT", Description = "Only runs with this in name, owner or id." };
    private static readonly Option<bool> Mine = new("--mine") { Description = "Only your own." };
    private static readonly Option<int> Take = new("--take") { HelpName = "N", Description = "At most so many, 1 to 200.", DefaultValueFactory = _ => 50 };

    public static Command Create()
    {
        var command = ServerCommand.Of("list", "List runs of a server, newest first.", """
            framevet list --state failed
            framevet list --text holiday --json
            """, RunAsync);
        command.Add(State);
        command.Add(Search);
        command.Add(Mine);
        command.Add(Take);
        return command;
    }

    private static async Task<ExitCode> RunAsync(ServerCalls server, ParseResult parsed, CancellationToken ct)
    {
        var query = string.Join('&', [
            $"take={parsed.GetValue(Take).ToString(Printing.Culture)}",
            $"mine={(parsed.GetValue(Mine) ? "true" : "false")}",
            .. parsed.GetValue(Search) is { } text ? [$"text={Uri.EscapeDataString(text)}"] : Array.Empty<string>(),
            .. (parsed.GetValue(State) ?? []).Select(s => $"state={Uri.EscapeDataString(s)}"),
        ]);
        var page = await server.GetAsync($"runs?{query}", ct);
        ServerCommand.Say(parsed, page, p => string.Join('\n', [.. p.GetProperty("items").EnumerateArray().Select(ServerCommand.RunLine), $"{p.GetProperty("items").GetArrayLength()} of {p.Text("total")}"]));
        return ExitCode.Clean;
    }
}
