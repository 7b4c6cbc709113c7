using Framevet.Pipeline.Runs;
using Spectre.Console;

namespace Framevet.Cli;

/// <summary>Shows progress on a terminal, on the error stream so that results can be piped; elsewhere it shows nothing.</summary>
internal static class ProgressBars
{
    private static bool IsShown => !Console.IsErrorRedirected && !Console.IsOutputRedirected;

    /// <summary>Does the work of one file with a bar for it.</summary>
    public static async Task<T> ShowAsync<T>(string name, Func<IRunEvents, Task<T>> work)
    {
        var events = new InProcessRunEvents();
        if (!IsShown)
        {
            return await work(events);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(name), maxValue: 1);
                using var over = new CancellationTokenSource();
                var following = FollowAsync(events.WatchAsync(null, over.Token), name, bar);
                try
                {
                    return await work(events);
                }
                finally
                {
                    await over.CancelAsync();
                    await following;
                }
            });
    }

    private static async Task FollowAsync(IAsyncEnumerable<RunEvent> events, string name, ProgressTask bar)
    {
        await foreach (var news in events)
        {
            if (news is RunProgressed progress)
            {
                bar.IsIndeterminate = progress.Fraction is null;
                bar.Value = progress.Fraction ?? 0;
                bar.Description = Markup.Escape($"{name}: {Describe(progress)}");
            }
        }
    }

    private static string Describe(RunProgressed progress)
    {
        var speed = progress.FramesPerSecond is { } fps ? string.Create(Printing.Culture, $", {fps:0} fps") : "";
        var rest = progress.Remaining is { } remaining ? $", {remaining.ToString(@"m\:ss", Printing.Culture)} left" : "";
        return $"{progress.Stage.ToString().ToLowerInvariant()}, {progress.Funnel.Sampled} scored{speed}{rest}";
    }
}
