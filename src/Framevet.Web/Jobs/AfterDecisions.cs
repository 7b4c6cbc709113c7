using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Webhooks;
using Framevet.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Jobs;

/// <summary>
/// Now and then: hands people's final words on to the banks and the outbox, and sends what is due. What it works on lies in the store, so a round that fails, or a process that dies,
/// only delays it.
/// </summary>
internal sealed partial class AfterDecisions(DecisionFollow follow, WebhookSender sender, IOptions<WebhookOptions> options, ThisNode node, TimeProvider time, ILogger<AfterDecisions> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.PollSeconds), time);
        try
        {
            do
            {
                if (node.IsFirst)
                {
                    await TryAsync(follow.RunAsync, stoppingToken);
                    await TryAsync(sender.SendDueAsync, stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; what is left waits in the store.
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task<int>> round, CancellationToken ct)
    {
        try
        {
            await round(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A boundary of work: the next round tries the same again, and the server must not end for it.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            RoundFailed(logger, trouble);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round after decisions failed; it will be tried again.")]
    private static partial void RoundFailed(ILogger logger, Exception trouble);
}
