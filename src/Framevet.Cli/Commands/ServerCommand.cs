using System.CommandLine;
using System.Text.Json;

namespace Framevet.Cli.Commands;

/// <summary>What all verbs that talk to a server have in common.</summary>
internal static class ServerCommand
{
    /// <summary>Prints JSON instead of words.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };

    /// <summary>A command with server, key and JSON; <paramref name="examples"/> stand below its description.</summary>
    public static Command Of(string name, string description, string examples, Func<ServerCalls, ParseResult, CancellationToken, Task<ExitCode>> work)
    {
        var command = new Command(name, Examples.Below(description, examples)) { ServerCalls.Server, ServerCalls.Key, Json };
        command.SetAction(async (parsed, ct) =>
        {
            using var server = ServerCalls.Of(parsed);
            return (int)await work(server, parsed, ct);
        });
        return command;
    }

    /// <summary>Prints the answer, or a line of words about it.</summary>
    public static void Say(ParseResult parsed, JsonElement answer, Func<JsonElement, string> words) =>
        Console.WriteLine(parsed.GetValue(Json) ? JsonSerializer.Serialize(answer, Printing.Json) : words(answer));

    /// <summary>A member as text; empty when it is null or not there.</summary>
    public static string Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind == JsonValueKind.Null ? "" : value.GetRawText() : "";

    /// <summary>A run in one line.</summary>
    public static string RunLine(JsonElement run) => $"{run.Text("id")}  {run.Text("state"),-14} {run.Text("sourceName")}{(run.Text("reason") is { Length: > 0 } reason ? $"  ({reason})" : "")}";
}

/// <summary>Examples in help texts.</summary>
internal static class Examples
{
    /// <summary>A description with examples below it.</summary>
    public static string Below(string description, string examples) => $"{description}\n\nExamples:\n{string.Join('\n', examples.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(e => $"  {e}"))}";
}
