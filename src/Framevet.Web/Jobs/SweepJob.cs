using Framevet.Data.Stores;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Framevet.Web.Cluster;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>Now and then: sets triggers again that rows wait for, e.g. after a crash between storing a row and scheduling its job.</summary>
[DisallowConcurrentExecution]
internal sealed class SweepJob(RunDesk runs, IExportStore exports, ExportDesk desk, IExportQueue queue, UploadDesk uploads, RepeatStore repeats, Identity.SessionDesk sessions, ThisNode node, FanOut? fanOut = null) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        await runs.ReconcileAsync(isStart: false, cancellationToken);
        await uploads.SweepAsync(cancellationToken);
        await repeats.SweepAsync(Api.Repeats.Kept, cancellationToken);
        await sessions.SweepAsync(cancellationToken);
        await desk.SweepAsync(cancellationToken);
        if (fanOut is not null && node.IsFirst)
        {
            await fanOut.SweepAsync(cancellationToken);
        }

        foreach (var export in await exports.OpenAsync(cancellationToken))
        {
            await queue.EnqueueAsync(export.Id, cancellationToken);
        }
    }
}
