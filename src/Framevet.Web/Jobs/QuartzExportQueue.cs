using Framevet.Pipeline.Export;

namespace Framevet.Web.Jobs;

/// <summary>
/// Exports as jobs, fair between people over all nodes: the first open export of a person has the first place, and each further one a later place, so that whoever asks for one does not wait for
/// the hundred of somebody else. Inside a place the order is that of request.
/// </summary>
internal sealed class QuartzExportQueue(JobScheduling scheduling, IExportStore store) : IExportQueue
{
    private const int FirstPlace = 5;

    public Task EnqueueAsync(Guid exportId, CancellationToken ct) =>
        scheduling.EnqueueAsync<ExportJob>(JobNames.Export(exportId), JobNames.IoGroup, async () => Math.Max(0, FirstPlace - await store.AheadAsync(exportId, ct)), ct);
}
