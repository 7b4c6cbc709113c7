using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;
using Framevet.Web.Cluster;
using Framevet.Web.Hosting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Jobs;

/// <summary>Now and then removes what the rules remove.</summary>
internal sealed partial class RetentionWorker(RetentionDesk desk, IOptions<FramevetOptions> options, ThisNode node, TimeProvider time, ILogger<RetentionWorker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Jobs.RetentionMinutes == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(options.Value.Jobs.RetentionMinutes), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (node.IsFirst)
                {
                    await SweepAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; what is left goes the next time.
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            if (await desk.SweepAsync(Actor.System, ct) is { Length: > 0 } removed)
            {
                LogRemoved(log, removed.Length, removed.Sum(r => r.Item.Bytes ?? 0));
            }
        }
#pragma warning disable CA1031 // The boundary of this work: the next round tries the same again, and the server must not end for it.
        catch (Exception trouble) when (trouble is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogTrouble(log, trouble);
        }
    }

    [LoggerMessage(LogLevel.Information, "Retention removed {Count} things, {Bytes} bytes.")]
    private static partial void LogRemoved(ILogger log, int count, long bytes);

    [LoggerMessage(LogLevel.Warning, "Retention did not end well; it will be tried again.")]
    private static partial void LogTrouble(ILogger log, Exception trouble);
}
