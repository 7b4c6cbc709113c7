using Framevet.Data.Cluster;
using Framevet.Data.Queries;
using Framevet.Web.Cluster;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quartz;

namespace Framevet.Web.Hosting;

/// <summary>Ready = the database answers and the scheduler works, unless the node shall take no work.</summary>
internal sealed class ReadyCheck(RunsQuery runs, ISchedulerFactory schedulers, ThisNode node) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await runs.CountsAsync(null, cancellationToken);
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        return scheduler.Status == SchedulerStatus.Running || !node.RunsJobs || node.Wish != NodeWish.Work ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The scheduler does not run.");
    }
}
