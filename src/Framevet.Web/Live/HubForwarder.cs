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
            RunStateChanged e => run.State(new StateNews(e.RunId, e.Revision, e.At, e.State, e.Reason)),
            RunProgressed e => run.Progress(new ProgressNews(e.RunId, e.Revision, e.At, e.Stage, e.Fraction, e.FramesPerSecond, e.Remaining, e.Funnel)),
            FramesScored e => run.Frames(new FramesNews(e.RunId, e.Revision, e.At, [.. e.Frames.Select(WithoutFindings)])),
            VerdictsChanged e => run.Verdicts(new VerdictsNews(e.RunId, e.Revision, e.At, [.. e.Frames.Select(f => f.Value)])),
            SelectionChanged e => run.Selection(new SelectionNews(e.RunId, e.Revision, e.At, e.Selected)),
            GatingChanged e => run.Gating(new GatingNews(e.RunId, e.Revision, e.At, [.. e.Frames.Select(f => f.Value)])),
            ScenesChanged e => run.Scenes(new ScenesNews(e.RunId, e.Revision, e.At, e.Scenes)),
            PeopleChanged e => run.People(new PeopleNews(e.RunId, e.Revision, e.At, e.People)),
            MarksChanged e => run.Marks(new MarksNews(e.RunId, e.Revision, e.At, e.Changed, e.Frames, e.By)),
            RunLogged e => run.Log(new LogNews(e.RunId, e.Revision, e.At, e.Level, e.Text)),
            ExportChanged e => run.Export(new ExportNews(e.RunId, e.Revision, e.At, e.ExportId, e.State, e.Fraction)),

            // Who holds a case is for moderators; owners see that their run waits from its state.
            ReviewChanged e => hub.Clients.Group(RunHub.ReviewGroup).Review(new ReviewNews(e.RunId, e.Revision, e.At, e.ItemId, e.State, e.By)),
            _ => Task.CompletedTask,
        };
    }

    private static ScoredFrame WithoutFindings(Candidate frame) => new(frame.Pts.Value, frame.Pts.Seconds, frame.Index, frame.IsAllowed,
        frame.Losses.FirstOrDefault()?.Reason,
        frame.Scores.Values.All(float.IsFinite) ? frame.Scores : frame.Scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary());

    [LoggerMessage(LogLevel.Warning, "A {Message} message of run {Run} could not be sent.")]
    private partial void LogLost(Exception e, string message, RunId run);
}
