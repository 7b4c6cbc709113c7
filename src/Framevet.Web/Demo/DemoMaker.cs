using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Web.Hosting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Demo;

/// <summary>
/// Makes a clip and vets it when a new installation starts, so that gallery and review queue are not empty. Once made it is never made again,
/// also when its run was deleted; of several nodes one makes it.
/// </summary>
internal sealed partial class DemoMaker(IOptions<FramevetOptions> options, DataFolder folder, OnceStore once, RunsQuery runs, DemoClip clip, RunDesk desk, IBlobStore blobs,
    TimeProvider time, ILogger<DemoMaker> log) : BackgroundService
{
    private const string Name = "framevet-demo.mp4";
    private const string Once = "demo";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Demo.Enabled || File.Exists(folder.DemoMarker))
        {
            return;
        }

        var counts = await runs.CountsAsync(null, stoppingToken);
        if (counts.Values.Sum() == 0 && await once.TryBeginAsync(Once, stoppingToken))
        {
            try
            {
                await MakeAsync(stoppingToken);
            }
            catch (VettingException e)
            {
                // A missing ffmpeg must not keep the server from starting: its absence is shown where it matters. The next start tries again.
                LogNoDemo(e.Message);
                await once.ForgetAsync(Once, CancellationToken.None);
                return;
            }
        }

        await File.WriteAllTextAsync(folder.DemoMarker, time.GetUtcNow().ToString("O"), stoppingToken);
    }

    private async Task MakeAsync(CancellationToken ct)
    {
        var work = blobs.NewWorkFolder();
        try
        {
            var path = Path.Combine(work, Name);
            if (options.Value.Demo.File is { Length: > 0 } own)
            {
                Copy(own, path);
            }
            else
            {
                await clip.MakeAsync(path, ct);
            }

            var run = await desk.SubmitAsync(new SubmitRequest(path, Name, Recipe: null), Actor.System, ct);
            LogMade(run.Id);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Copy(string own, string path)
    {
        try
        {
            File.Copy(own, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{own}, which Framevet:Demo:File names, cannot be read: {e.Message}");
        }
    }

    [LoggerMessage(LogLevel.Information, "The demo clip is being vetted as run {Run}.")]
    private partial void LogMade(RunId run);

    [LoggerMessage(LogLevel.Warning, "There is no demo: {Reason}")]
    private partial void LogNoDemo(string reason);
}
