using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;

namespace Framevet.Web.Jobs;

/// <summary>Looks at the disks every few seconds, so that work rests in time; when there is room again, what rested is taken up at once.</summary>
internal sealed partial class DiskWatch(DiskReserve reserve, RunDesk runs, IExportStore exports, IExportQueue queue, TimeProvider time, ILogger<DiskWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        var wasShort = false;
        try
        {
            do
            {
                wasShort = await LookAsync(wasShort, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task<bool> LookAsync(bool wasShort, CancellationToken ct)
    {
        var now = reserve.Look();
        if (now.IsShort == wasShort)
        {
            return wasShort;
        }

        if (now.IsShort)
        {
            LogShort(log, now.Free, now.Reserve);
            return true;
        }

        LogRoom(log, now.Free);
        try
        {
            await runs.ReconcileAsync(isStart: false, ct);
            foreach (var export in await exports.OpenAsync(ct))
            {
                await queue.EnqueueAsync(export.Id, ct);
            }

            return false;
        }
#pragma warning disable CA1031 // The boundary of this work: the next look tries the same again, and the server must not end for it.
        catch (Exception trouble) when (trouble is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogTrouble(log, trouble);
            return true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The disk is nearly full: {Free} bytes are left, {Reserve} shall stay free. Intake and work rest.")]
    private static partial void LogShort(ILogger log, long? free, long reserve);

    [LoggerMessage(LogLevel.Information, "There is room on the disk again: {Free} bytes. Intake and work go on.")]
    private static partial void LogRoom(ILogger log, long? free);

    [LoggerMessage(LogLevel.Warning, "What rested could not be taken up; it will be tried again.")]
    private static partial void LogTrouble(ILogger log, Exception trouble);
}
