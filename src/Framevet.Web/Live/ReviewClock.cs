using Framevet.Pipeline.Review;
using Framevet.Web.Cluster;

namespace Framevet.Web.Live;

/// <summary>What happens in the review queue by time alone: decisions take effect, cleared runs are sampled, abandoned golden items go away, webhooks hear of items that wait too long.</summary>
internal sealed partial class ReviewClock(RulingDesk rulings, QualityDesk quality, SlaWatch waiting, IReviewQueue queue, ThisNode node, TimeProvider time, ILogger<ReviewClock> log) : BackgroundService
{
    private const int SlowEvery = 15;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        for (var tick = 0; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            if (!node.IsFirst)
            {
                continue;
            }

            try
            {
                await rulings.SettleAsync(stoppingToken);
                if (tick % SlowEvery == 0)
                {
                    await waiting.TellAsync(stoppingToken);
                    await quality.SampleAsync(stoppingToken);
                    await queue.DropStaleGoldenAsync(time.GetUtcNow(), stoppingToken);
                }
            }
#pragma warning disable CA1031 // A boundary: whatever one turn does, the next one must still come, or no decision would ever take effect.
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogTurnFailed(trouble);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "A turn of the review queue failed; it is repeated.")]
    private partial void LogTurnFailed(Exception trouble);
}
