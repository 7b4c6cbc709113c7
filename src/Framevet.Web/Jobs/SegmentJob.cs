using Framevet.Data.Cluster;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Framevet.Web.Cluster;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>Helps with a long file: measures parts of a run that another worker has. Who has the run calls for it again as long as parts wait, so this job never has to.</summary>
[DisallowConcurrentExecution]
internal sealed partial class SegmentJob(SegmentWorker worker, IRunStore runs, IHostApplicationLifetime host, ThisNode node, ILogger<SegmentJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (!RunId.TryParse(context.JobDetail.Key.Name.Split('-')[0], out var id))
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource([cancellationToken, host.ApplicationStopping, node.Paused]);
        using var scope = log.BeginScope(new Dictionary<string, object> { ["RunId"] = id.ToString() });
        try
        {
            if (await worker.HelpAsync(id, MayGoOnAsync, stop.Token) is var parts and > 0)
            {
                LogParts(id, parts);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The part waits for somebody else.
        }
        catch (Exception trouble)
        {
            LogTrouble(trouble, id);
        }
    }

    // A run that waits comes before the next part of another: nobody waits for a whole film.
    private async Task<bool> MayGoOnAsync(CancellationToken ct) => node.Wish == NodeWish.Work && (await runs.InStatesAsync([RunState.Queued], ct)).IsEmpty;

    [LoggerMessage(LogLevel.Information, "Run {Run}: measured {Parts} parts of it.")]
    private partial void LogParts(RunId run, int parts);

    [LoggerMessage(LogLevel.Error, "Run {Run}: helping with it ended by an unexpected error.")]
    private partial void LogTrouble(Exception trouble, RunId run);
}
