using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Framevet.Pipeline;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet submit</c>: files and links to a server.</summary>
internal static class SubmitCommand
{
    private static readonly Argument<string[]> Sources = new("FILE|LINK") { Arity = ArgumentArity.OneOrMore, Description = "Files, or addresses that begin with http:// or https://." };
    private static readonly Option<string?> Recipe = new("--recipe") { HelpName = "NAME", Description = "A recipe of the server; without it the default one." };
    private static readonly Option<int?> Priority = new("--priority") { HelpName = "0..9", Description = "0 last, 9 first." };
    private static readonly Option<bool> Wait = new("--wait") { Description = "Wait until the runs are over; then the exit code is that of 'watch'." };

    public static Command Create()
    {
        var command = ServerCommand.Of("submit", "Send files or links to a server; each becomes a run. Exit code 0, 2 refused, 3 the server does not answer.", """
            framevet submit film.mp4 --recipe "Best frames"
            framevet submit *.mp4 --wait --json
            framevet submit https://example.org/film.mp4
            """, RunAsync);
        command.Add(Sources);
        command.Add(Recipe);
        command.Add(Priority);
        command.Add(Wait);
        return command;
    }

    private static async Task<ExitCode> RunAsync(ServerCalls server, ParseResult parsed, CancellationToken ct)
    {
        var answers = new List<JsonElement>();
        var worst = ExitCode.Clean;
        foreach (var source in parsed.GetValue(Sources)!)
        {
            try
            {
                var isLink = source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
                answers.AddRange(isLink ? await LinkAsync(server, source, parsed, ct) : await FileAsync(server, source, parsed, ct));
            }
            catch (VettingException refused) when (refused.Code != FailureCode.BackendUnavailable)
            {
                await Console.Error.WriteLineAsync(refused.Message);
                worst = ExitCode.BadInput;
            }
        }

        if (!parsed.GetValue(Wait))
        {
            ServerCommand.Say(parsed, JsonSerializer.SerializeToElement(answers), list => string.Join('\n', list.EnumerateArray().Select(Line)));
            return worst;
        }

        var watched = await WatchCommand.WatchAsync(server, parsed, [.. answers.Where(a => a.Text("sourceName").Length > 0).Select(a => a.Text("id"))], ct);
        return watched > worst ? watched : worst;
    }

    private static async Task<IEnumerable<JsonElement>> FileAsync(ServerCalls server, string path, ParseResult parsed, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"There is no file {path}.");
        }

        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in new[] { ("recipe", parsed.GetValue(Recipe)), ("priority", parsed.GetValue(Priority)?.ToString(Printing.Culture)) }.Where(f => f.Item2 is not null))
        {
            form.Add(new StringContent(value!), name);
        }

        var file = new StreamContent(File.OpenRead(path));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "files", Path.GetFileName(path));
        return (await server.SendAsync(HttpMethod.Post, "runs", form, ct)).GetProperty("runs").EnumerateArray().ToArray();
    }

    private static async Task<IEnumerable<JsonElement>> LinkAsync(ServerCalls server, string link, ParseResult parsed, CancellationToken ct) =>
        (await server.PostAsync("links", new { links = new[] { link }, recipe = parsed.GetValue(Recipe), priority = parsed.GetValue(Priority)?.ToString(Printing.Culture) }, ct)).EnumerateArray().ToArray();

    private static string Line(JsonElement answer) => answer.Text("sourceName").Length > 0 ? ServerCommand.RunLine(answer) : $"{answer.Text("id")}  {answer.Text("state"),-14} {answer.Text("link")}";
}
