using System.CommandLine;
using Framevet.Cli.Commands;
using Framevet.Pipeline;

namespace Framevet.Cli;

/// <summary>The commands and how they are started: wrong usage is bad input, Ctrl+C ends cleanly.</summary>
internal static class CommandLine
{
    // Time for killing tools and removing half files after Ctrl+C before the process ends the hard way.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly (string Verb, Func<Command> Create)[] Verbs =
    [
        ("vet", VetCommand.Create),
        ("score", ScoreCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("parts", PartsCommand.Create),
        ("recipes", RecipesCommand.Create),
        ("models", ModelsCommand.Create),
        ("submit", SubmitCommand.Create),
        ("watch", WatchCommand.Create),
        ("list", ListCommand.Create),
        ("review", ReviewCommand.Create),
        ("export", ExportCommand.Create),
        ("admin", AdminCommand.Create),
        ("completion", CompletionCommand.Create),
    ];

    /// <summary>Runs one command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand(Examples.Below("Framevet finds the frames worth keeping in videos, GIFs and pictures, and those that must not be shown.\n\nExit codes: 0 clean or done, 1 flagged, 2 bad input or refused, 3 something needed is missing or away, 4 nothing could be scored, 70 a bug, 130 Ctrl+C.", """
            framevet vet film.mp4 --out best/
            framevet submit film.mp4 --wait        (a server: FRAMEVET_URL, FRAMEVET_KEY)
            framevet admin backup /backups/today --data /srv/framevet
            """));
        foreach (var create in Wanted(arguments))
        {
            root.Add(create());
        }

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
            }

            await Console.Error.WriteLineAsync($"See 'framevet {string.Join(' ', Words(parsed))}--help'.");
            return (int)ExitCode.BadInput;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Grace });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Cancelled.");
            return (int)ExitCode.Interrupted;
        }
        catch (VettingException trouble)
        {
            await Console.Error.WriteLineAsync(trouble.Message);
            if (trouble is { Code: FailureCode.ModelMissing or FailureCode.LicenceNotAccepted, Subjects.IsEmpty: false })
            {
                await Console.Error.WriteLineAsync($"Get what is missing: framevet models pull {string.Join(' ', trouble.Subjects)}{(trouble.Code == FailureCode.LicenceNotAccepted ? " --accept-licence" : "")}");
            }

            return (int)ExitCodes.Of(trouble.Code, wasProbed: false);
        }
        catch (Exception bug)
        {
            await Console.Error.WriteLineAsync($"An unexpected error ended framevet: {bug}");
            return (int)ExitCode.Unexpected;
        }
    }

    // Describing the flags of all verbs takes as long as scoring some frames: where the first word is a verb, only that one is needed.
    private static IEnumerable<Func<Command>> Wanted(string[] arguments)
    {
        var named = Array.Find(Verbs, v => arguments is [var first, ..] && first == v.Verb).Create;
        return named is null ? Verbs.Select(v => v.Create) : [named];
    }

    private static IEnumerable<string> Words(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? [] : [parsed.CommandResult.Command.Name + " "];
}
