using Framevet.Data.Queries;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quartz;

namespace Framevet.Web.Hosting;

/// <summary>Ready = the database answers and the scheduler works.</summary>
internal sealed class ReadyCheck(RunsQuery runs, ISchedulerFactory schedulers) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await runs.CountsAsync(null, cancellationToken);
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        return scheduler.Status == SchedulerStatus.Running ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The scheduler does not run.");
    }
}
