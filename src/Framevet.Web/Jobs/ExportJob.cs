using Framevet.Pipeline.Export;
using Framevet.Web.Cluster;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>Brings an export to <see cref="ExportDesk.WorkAsync"/>. The job's name is the export's id.</summary>
[DisallowConcurrentExecution]
internal sealed class ExportJob(ExportDesk desk, IHostApplicationLifetime host, ThisNode node, ILogger<ExportJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (!Guid.TryParseExact(context.JobDetail.Key.Name, "N", out var id))
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource([cancellationToken, host.ApplicationStopping, node.Paused]);
        await JobOutcomes.RunAsync($"Export {id:N}", () => desk.WorkAsync(id, stop.Token), log, stop.Token);
    }
}
