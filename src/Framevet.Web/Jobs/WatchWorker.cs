using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Watch;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Jobs;

/// <summary>Looks into the watched folder now and then, if there is one.</summary>
internal sealed partial class WatchWorker(IOptions<WatchOptions> options, RunDesk desk, IRunStore runs, ISettingsStore settings, IBlobStore blobs, DiskReserve reserve, ThisNode node, TimeProvider time, ILogger<WatchWorker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Folder is null)
        {
            return;
        }

        var watch = new WatchFolder(options.Value, desk, runs, settings, blobs, reserve, time);
        var wasThere = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (node.IsFirst)
                {
                    await watch.ScanAsync(stoppingToken);
                }

                wasThere = true;
                await Task.Delay(TimeSpan.FromSeconds(options.Value.EverySeconds), time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The job boundary: trouble with the folder or the database must not end the server. Said once, not every few seconds.
                if (wasThere)
                {
                    LogTrouble(log, e is VettingException ? null : e, e.Message);
                }

                wasThere = false;
                await Task.Delay(TimeSpan.FromSeconds(options.Value.EverySeconds), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The watched folder cannot be read: {Reason}")]
    private static partial void LogTrouble(ILogger log, Exception? e, string reason);
}
