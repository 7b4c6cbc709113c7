using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.SignalR;

namespace Framevet.Web.Live;

/// <summary>Passes the news of all runs on to the hub's groups. A message that cannot be sent is logged and lost: clients catch up from the store.</summary>
internal sealed partial class HubForwarder(IRunEvents events, IHubContext<RunHub, IRunClient> hub, ILogger<HubForwarder> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var news in events.WatchAsync(null, stoppingToken))
        {
            try
            {
                await SendAsync(news);
            }
#pragma warning disable CA1031 // A boundary: whatever one message does, the next ones must still be sent.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogLost(e, news.GetType().Name, news.RunId);
            }
        }
    }

    private Task SendAsync(RunEvent news)
    {
        var run = hub.Clients.Group(RunHub.Group(news.RunId));
        return news switch
        {
            RunStateChanged e => run.State(e),
            RunProgressed e => run.Progress(e),
            FramesScored e => run.Frames(WithoutFindings(e)),
            VerdictsChanged e => run.Verdicts(new ChangedVerdicts(e.RunId, e.Revision, e.At, [.. e.Frames.Select(f => f.Value)])),
            SelectionChanged e => run.Selection(e),
            RunLogged e => run.Log(e),
            ExportChanged e => run.Export(e),

            // Who holds a case is for moderators; owners see that their run waits from its state.
            ReviewChanged e => hub.Clients.Group(RunHub.ReviewGroup).Review(e),
            _ => Task.CompletedTask,
        };
    }

    private static ScoredFrames WithoutFindings(FramesScored news) => new(news.RunId, news.Revision, news.At,
        [.. news.Frames.Select(c => new ScoredFrame(c.Pts.Value, c.Pts.Seconds, c.Index, c.IsAllowed, c.Losses.FirstOrDefault()?.Reason,
            c.Scores.Values.All(float.IsFinite) ? c.Scores : c.Scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary()))]);

    [LoggerMessage(LogLevel.Warning, "A {Message} message of run {Run} could not be sent.")]
    private partial void LogLost(Exception e, string message, RunId run);
}
