using System.CommandLine;
using System.Text.Json;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet watch</c>: follows runs of a server to their end.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private static readonly Argument<string[]> Runs = new("RUN") { Arity = ArgumentArity.OneOrMore, Description = "Ids of runs." };

    public static Command Create()
    {
        var command = ServerCommand.Of("watch", "Follow runs until they are over or wait for people. Exit code 0 clean, 1 flagged or waiting for people, 2 failed or cancelled.", """
            framevet watch 01a22709777e73d596f28d8c71fad228
            framevet watch RUN --json
            """, (server, parsed, ct) => WatchAsync(server, parsed, parsed.GetValue(Runs)!, ct));
        command.Add(Runs);
        return command;
    }

    /// <summary>Follows runs; lines as their states change, or one JSON list at the end.</summary>
    public static async Task<ExitCode> WatchAsync(ServerCalls server, ParseResult parsed, IReadOnlyCollection<string> runs, CancellationToken ct)
    {
        var told = new Dictionary<string, string>();
        var ended = new Dictionary<string, JsonElement>();
        while (ended.Count < runs.Distinct().Count())
        {
            foreach (var id in runs.Where(r => !ended.ContainsKey(r)).Distinct().ToArray())
            {
                var verdict = await server.GetAsync($"runs/{Uri.EscapeDataString(id)}/verdict", ct);
                var line = $"{verdict.Text("state")}: {verdict.Text("reason")}";
                if (!parsed.GetValue(ServerCommand.Json) && told.GetValueOrDefault(id) != line)
                {
                    Console.WriteLine($"{id}  {line}");
                }

                told[id] = line;
                if (verdict.Text("state") is "done" or "failed" or "cancelled" or "awaitingReview")
                {
                    ended[id] = verdict;
                }
            }

            if (ended.Count < runs.Distinct().Count())
            {
                await Task.Delay(Every, ct);
            }
        }

        if (parsed.GetValue(ServerCommand.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(ended.Values, Printing.Json));
        }

        return ended.Values.Select(Code).DefaultIfEmpty(ExitCode.Clean).Max();
    }

    private static ExitCode Code(JsonElement verdict) => verdict.Text("verdict") switch
    {
        "clean" => ExitCode.Clean,
        "failed" or "cancelled" => ExitCode.BadInput,
        _ => ExitCode.Flagged,
    };
}
