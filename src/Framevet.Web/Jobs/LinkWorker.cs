using Framevet.Data.Cluster;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Web.Cluster;

namespace Framevet.Web.Jobs;

/// <summary>Fetches links, some at a time, on every node that takes the group io. The rows are the truth: what a dead server left half done is fetched again.</summary>
internal sealed partial class LinkWorker(LinkDesk desk, ThisNode node, ILogger<LinkWorker> log) : BackgroundService
{
    /// <summary>Nothing depends on the bell: a lost ring costs this long.</summary>
    private static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var busy = new Dictionary<Guid, Task>();
        var bell = Task.CompletedTask;
        var isStart = true;
        while (!stoppingToken.IsCancellationRequested && node.Groups.Contains(JobNames.IoGroup))
        {
            try
            {
                await desk.RecoverAsync(isStart, stoppingToken);
                isStart = false;
                if (node.Wish == NodeWish.Work)
                {
                    await TakeUpAsync(busy, stoppingToken);
                }

                // One listener at a time: a forgotten one would hear the bell and tell nobody.
                bell = bell.IsCompleted ? desk.WaitAsync(LookAnyway, stoppingToken) : bell;
                await Task.WhenAny([bell, .. busy.Values]);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // The job boundary: a database that is busy or away must not end the server.
                LogTrouble(log, e);
                await Task.Delay(LookAnyway, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(busy.Values);
    }

    private async Task TakeUpAsync(Dictionary<Guid, Task> busy, CancellationToken stopping)
    {
        foreach (var id in busy.Where(b => b.Value.IsCompleted).Select(b => b.Key).ToArray())
        {
            busy.Remove(id);
        }

        foreach (var id in await desk.WaitingAsync(desk.Options.Parallel * 2, stopping))
        {
            if (busy.Count < desk.Options.Parallel && !busy.ContainsKey(id))
            {
                busy[id] = WorkAsync(id, stopping);
            }
        }
    }

    // The job boundary: a bug in one link must not stop the others.
    private async Task WorkAsync(Guid id, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, node.Paused);
        try
        {
            await desk.WorkAsync(id, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It waits again.
        }
        catch (Exception e)
        {
            LogBug(log, e, id);
            await desk.BreakAsync(id, CancellationToken.None);
        }
    }

    [LoggerMessage(LogLevel.Error, "Links cannot be taken up at the moment.")]
    private static partial void LogTrouble(ILogger log, Exception e);

    [LoggerMessage(LogLevel.Error, "Link {Id} ended by an unexpected error.")]
    private static partial void LogBug(ILogger log, Exception e, Guid id);
}
