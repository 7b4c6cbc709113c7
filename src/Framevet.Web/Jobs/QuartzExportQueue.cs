using Framevet.Pipeline.Export;

namespace Framevet.Web.Jobs;

/// <summary>Exports as jobs, all of normal priority: people wait for each of them.</summary>
internal sealed class QuartzExportQueue(JobScheduling scheduling) : IExportQueue
{
    private const int Priority = 5;

    public Task EnqueueAsync(Guid exportId, CancellationToken ct) =>
        scheduling.EnqueueAsync<ExportJob>(JobNames.Export(exportId), JobNames.IoGroup, Priority, ct);
}
