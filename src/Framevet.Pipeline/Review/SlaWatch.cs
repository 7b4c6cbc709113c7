using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Webhooks;

namespace Framevet.Pipeline.Review;

/// <summary>
/// Tells webhooks of items that have waited for three quarters of the time they may, and for all of it. Each of the two is told once for an item, by the times that count when it is looked
/// at: after a change of the times neither is repeated, and what is due by the new ones is told at the next look. Several may look at once. Thread-safe.
/// </summary>
public sealed class SlaWatch(ISlaStore store, ISettingsStore settings, TimeProvider time)
{
    /// <summary>Share of the time at which there is a warning.</summary>
    public const double WarnShare = 0.75;

    private const int AtOnce = 200;

    /// <summary>Looks and tells; answers how many pieces of news that made.</summary>
    public async Task<int> TellAsync(CancellationToken ct)
    {
        var limits = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Review.SlaMinutes.Select(m => TimeSpan.FromMinutes(m)).ToImmutableArray();
        for (var told = 0; ; )
        {
            var due = await store.DueAsync(limits, time.GetUtcNow(), AtOnce, ct).ConfigureAwait(false);
            foreach (var item in due)
            {
                told += await TellAsync(item, limits[(int)item.Severity], ct).ConfigureAwait(false);
            }

            if (due.Length < AtOnce)
            {
                return told;
            }
        }
    }

    private async Task<int> TellAsync(WaitingItem item, TimeSpan limit, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var told = 0;
        foreach (var step in new[] { SlaStep.Warned, SlaStep.Breached }.Where(s => s > item.Told && now - item.Since >= limit * ShareOf(s)))
        {
            var news = WebhookEvent.Sla(item.Id, item.RunId, item.Queue, item.Since, limit, ShareOf(step), now);
            told += await store.TryTellAsync(item.Id, step, news, ct).ConfigureAwait(false) ? 1 : 0;
        }

        return told;
    }

    private static double ShareOf(SlaStep step) => step == SlaStep.Warned ? WarnShare : 1;
}
