using System.CommandLine;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet review</c>: the queue of a server, and decisions under a lease.</summary>
internal static class ReviewCommand
{
    private static readonly Argument<string> Item = new("ITEM") { Description = "Id of a review item." };
    private static readonly Argument<string> Word = new("DECISION") { Description = "allow, block or escalate." };
    private static readonly Option<string?> Label = new("--label") { HelpName = "LABEL", Description = "What it is, e.g. explicit; needed." };
    private static readonly Option<string?> Reason = new("--reason") { HelpName = "REASON", Description = "Why; needed." };
    private static readonly Option<string?> Note = new("--note") { HelpName = "TEXT", Description = "A note for others." };

    public static Command Create()
    {
        Word.AcceptOnlyFromAmong("allow", "block", "escalate");
        var command = new Command("review", Examples.Below("See what waits for people and decide it.", """
            framevet review list
            framevet review decide ITEM block --label explicit --reason "clearly so"
            """));
        command.Add(ServerCommand.Of("list", "List items of the queue, most severe and oldest first.", "framevet review list --json", ListAsync));
        var show = ServerCommand.Of("show", "Show one item with its flagged frames.", "framevet review show ITEM --json", ShowAsync);
        show.Add(Item);
        command.Add(show);
        var decide = ServerCommand.Of("decide", "Claim an item and decide it. Exit code 2 when somebody else has it.", """
            framevet review decide ITEM allow --label none --reason "harmless"
            """, DecideAsync);
        decide.Add(Item);
        decide.Add(Word);
        decide.Add(Label);
        decide.Add(Reason);
        decide.Add(Note);
        command.Add(decide);
        return command;
    }

    private static async Task<ExitCode> ListAsync(ServerCalls server, ParseResult parsed, CancellationToken ct)
    {
        ServerCommand.Say(parsed, await server.GetAsync("review?take=200", ct), page => string.Join('\n',
            [.. page.GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("item").Text("id")}  {i.GetProperty("item").Text("severity"),-10} {i.GetProperty("item").Text("topLabel"),-16} {i.Text("frameCount")} frames of {i.Text("sourceName")}"), $"{page.Text("total")} in all"]));
        return ExitCode.Clean;
    }

    private static async Task<ExitCode> ShowAsync(ServerCalls server, ParseResult parsed, CancellationToken ct)
    {
        ServerCommand.Say(parsed, await server.GetAsync($"review/{Uri.EscapeDataString(parsed.GetValue(Item)!)}", ct), item =>
            $"{item.GetProperty("item").Text("id")}  {item.GetProperty("item").Text("state")}\n{item.Text("sourceName")} of {item.Text("ownerName")}, recipe {item.Text("recipe")}\n{item.GetProperty("frames").GetArrayLength()} flagged frames, label {item.GetProperty("item").Text("topLabel")}");
        return ExitCode.Clean;
    }

    private static async Task<ExitCode> DecideAsync(ServerCalls server, ParseResult parsed, CancellationToken ct)
    {
        var path = $"review/{Uri.EscapeDataString(parsed.GetValue(Item)!)}";
        var claim = await server.PostAsync($"{path}/claim", null, ct);
        try
        {
            var answer = await server.PostAsync($"{path}/decide",
                new { token = claim.GetProperty("token").GetInt64(), decision = parsed.GetValue(Word), label = parsed.GetValue(Label), reason = parsed.GetValue(Reason), note = parsed.GetValue(Note) }, ct);
            ServerCommand.Say(parsed, answer, a => $"{parsed.GetValue(Item)}: {parsed.GetValue(Word)} ({a.Text("ruling")})");
            return ExitCode.Clean;
        }
        catch (Framevet.Pipeline.VettingException)
        {
            // What could not be decided must not stay claimed.
            await server.PostAsync($"{path}/release", new { token = claim.GetProperty("token").GetInt64() }, CancellationToken.None);
            throw;
        }
    }
}
