using Framevet.Data.Cluster;
using Framevet.Pipeline.Runs;
using Framevet.Web.Cluster;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>
/// A slot of a group of work: takes the run whose turn it is, and the next after it, until there is none. The job's name is the id of the run for which the slot was asked for; whose turn it is by now is
/// said by the rows.
/// </summary>
internal sealed class VetJob(RunDesk desk, IHostApplicationLifetime host, ThisNode node, ILogger<VetJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource([cancellationToken, host.ApplicationStopping, node.Paused]);
        var group = context.Trigger.ExecutionGroup ?? JobNames.CpuGroup;
        var outcome = RunOutcome.Completed;
        while (outcome != RunOutcome.Nothing && node.Wish == NodeWish.Work && !stop.IsCancellationRequested)
        {
            await JobOutcomes.RunAsync($"A slot of {group}", async () => outcome = await NextAsync(group, stop.Token), log, stop.Token);
        }
    }

    private async Task<RunOutcome> NextAsync(string group, CancellationToken stop)
    {
        if (await desk.WorkNextAsync(group, stop) is not { } end)
        {
            return RunOutcome.Nothing;
        }

        using var scope = log.BeginScope(new Dictionary<string, object> { ["RunId"] = end.Run.ToString() });
        JobOutcomes.LogEnd(log, $"Run {end.Run}", end.Outcome);
        return end.Outcome;
    }
}
