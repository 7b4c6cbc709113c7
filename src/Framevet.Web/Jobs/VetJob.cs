using Framevet.Pipeline.Runs;
using Framevet.Web.Cluster;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>Brings a run to <see cref="RunDesk.WorkAsync"/>. The job's name is the run's id; never two at once for one run.</summary>
[DisallowConcurrentExecution]
internal sealed class VetJob(RunDesk desk, IHostApplicationLifetime host, ThisNode node, ILogger<VetJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (!RunId.TryParse(context.JobDetail.Key.Name, out var id))
        {
            return;
        }

        // A user's cancel arrives as an interrupt of the job, a stop of the host by its lifetime; the run's row tells the desk which.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource([cancellationToken, host.ApplicationStopping, node.Paused]);
        using var scope = log.BeginScope(new Dictionary<string, object> { ["RunId"] = id.ToString() });
        await JobOutcomes.RunAsync($"Run {id}", () => desk.WorkAsync(id, stop.Token), log);
    }
}
