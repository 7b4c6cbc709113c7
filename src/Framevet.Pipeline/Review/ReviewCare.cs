using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>Watches over how much a person sees in a day (UTC). Thread-safe.</summary>
public sealed class ReviewCare(IReviewLedger ledger, ISettingsStore settings, TimeProvider time)
{
    /// <summary>What the person saw today in every queue that has a limit or that they were in.</summary>
    public async Task<ImmutableArray<ExposureState>> TodayAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var limits = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Review.Exposure;
        var seen = await ledger.ExposureAsync(actor.Id, Today, ct).ConfigureAwait(false);
        return
        [
            .. limits.Select(l => l.Queue).Union(seen.Select(s => s.Queue)).Select(queue => new ExposureState(
                seen.FirstOrDefault(s => s.Queue == queue) ?? new Exposure(queue, TimeSpan.Zero, 0), limits.FirstOrDefault(l => l.Queue == queue))),
        ];
    }

    /// <summary>Refuses a queue that is closed for the person today.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    internal async Task MustBeOpenAsync(string queue, Actor actor, CancellationToken ct)
    {
        if ((await TodayAsync(actor, ct).ConfigureAwait(false)).FirstOrDefault(s => s.Queue == queue) is { IsClosed: true } state)
        {
            throw new VettingException(FailureCode.Forbidden,
                $"You have seen enough of '{ReviewQueues.TitleOf(queue)}' for today ({state.Seen.Items} items, {(int)state.Seen.Time.TotalMinutes} minutes). It opens again tomorrow (UTC).");
        }
    }

    /// <summary>Adds the time since the claim, at least nothing. <paramref name="isSeen"/>: and the item, which counts once a day also when its decision is taken back and made again.</summary>
    internal Task CountAsync(ReviewItem item, Actor actor, bool isSeen)
    {
        var spent = item.Claim is { } claim && claim.UserId == actor.Id ? time.GetUtcNow() - claim.Since : TimeSpan.Zero;

        // It was seen, whoever closes the page now.
        return ledger.AddExposureAsync(actor.Id, Today, item.Queue, spent > TimeSpan.Zero ? spent : TimeSpan.Zero, isSeen ? item.Id : null, CancellationToken.None);
    }

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}

/// <summary>What was seen today against the limit; null = no limit.</summary>
public sealed record ExposureState(Exposure Seen, ExposureLimit? Limit)
{
    /// <summary>The queue.</summary>
    public string Queue => Seen.Queue;

    /// <summary>Time for a break.</summary>
    public bool IsWarned => Limit is { } l && (Seen.Time.TotalMinutes >= l.WarnMinutes || Seen.Items >= l.WarnItems);

    /// <summary>No more today.</summary>
    public bool IsClosed => Limit is { } l && (Seen.Time.TotalMinutes >= l.StopMinutes || Seen.Items >= l.StopItems);
}
