using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>What moderators can do, from any way in. Thread-safe.</summary>
public sealed class ReviewDesk(RunPorts ports, ISettingsStore settings)
{
    /// <summary>Claims one item.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Conflict (names the holder and the expiry).</exception>
    public async Task<ReviewItem> ClaimAsync(Guid id, Actor actor, CancellationToken ct)
    {
        var item = await MustFindAsync(id, actor, ct).ConfigureAwait(false);
        var lease = await LeaseAsync(ct).ConfigureAwait(false);
        var claimed = await ports.Reviews.TryClaimAsync(id, actor.Id, actor.Name, ports.Time.GetUtcNow(), lease, ct).ConfigureAwait(false);
        if (claimed is null)
        {
            throw await WhyNotAsync(id, ct).ConfigureAwait(false);
        }

        await ports.TellReviewAsync(item.RunId, id, ReviewState.Claimed, actor.Name, ct).ConfigureAwait(false);
        return claimed;
    }

    /// <summary>Claims the oldest free item, skipping some; null when the queue is empty for this person.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public async Task<ReviewItem?> ClaimNextAsync(Actor actor, ImmutableArray<Guid> skip, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Review, "review frames");
        var lease = await LeaseAsync(ct).ConfigureAwait(false);
        var claimed = await ports.Reviews.TryClaimNextAsync(actor.Id, actor.Name, ports.Time.GetUtcNow(), lease, actor.Has(Rights.Lead), skip, ct).ConfigureAwait(false);
        if (claimed is not null)
        {
            await ports.TellReviewAsync(claimed.RunId, claimed.Id, ReviewState.Claimed, actor.Name, ct).ConfigureAwait(false);
        }

        return claimed;
    }

    /// <summary>Extends the lease while the page is open; false when it was lost.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task<bool> RenewAsync(Guid id, long token, Actor actor, CancellationToken ct)
    {
        await MustFindAsync(id, actor, ct).ConfigureAwait(false);
        var lease = await LeaseAsync(ct).ConfigureAwait(false);
        return await ports.Reviews.TryRenewAsync(id, token, ports.Time.GetUtcNow(), lease, ct).ConfigureAwait(false);
    }

    /// <summary>Gives the item back; false when the lease was lost.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task<bool> ReleaseAsync(Guid id, long token, Actor actor, CancellationToken ct)
    {
        var item = await MustFindAsync(id, actor, ct).ConfigureAwait(false);
        if (!await ports.Reviews.TryReleaseAsync(id, token, ports.Time.GetUtcNow(), ct).ConfigureAwait(false))
        {
            return false;
        }

        await ports.TellReviewAsync(item.RunId, id, ReviewState.Waiting, null, ct).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Decides: Allow clears the flagged frames, Block denies them, Escalate hands the item to a lead. Label is required. Once no item
    /// is open the run goes on to its second act.
    /// </summary>
    /// <exception cref="VettingException">Forbidden, NotFound, InvalidRequest (label), Conflict (lease lost; the other's word stands).</exception>
    public async Task DecideAsync(Guid id, long token, Decision decision, string label, string? note, Actor actor, CancellationToken ct)
    {
        var item = await MustFindAsync(id, actor, ct).ConfigureAwait(false);
        CheckDecision(item, decision, label);
        var now = ports.Time.GetUtcNow();
        var word = new ReviewDecision(decision, label, string.IsNullOrWhiteSpace(note) ? null : note.Trim(), actor.Id, actor.Name, now);
        if (!await ports.Reviews.TryDecideAsync(id, token, word, now, ct).ConfigureAwait(false))
        {
            throw await WhyNotAsync(id, ct).ConfigureAwait(false);
        }

        // The decision stands: whoever closes the page now must not keep it from taking effect.
        await ApplyAsync(item, word, actor).ConfigureAwait(false);
    }

    private async Task ApplyAsync(ReviewItem item, ReviewDecision word, Actor actor)
    {
        var ct = CancellationToken.None;
        await ports.Audit.AppendAsync(actor, "review.decide", item.Id.ToString("N"), null, Audited.Decision(item, word), ct).ConfigureAwait(false);
        if (word.Decision == Decision.Escalate)
        {
            await ports.TellReviewAsync(item.RunId, item.Id, ReviewState.Waiting, actor.Name, ct).ConfigureAwait(false);
            return;
        }

        var reason = word.Decision == Decision.Allow ? $"{actor.Name} looked and allowed it." : $"{actor.Name} looked and denied it.";
        var verdict = new Verdict(word.Decision, word.Note is null ? reason : $"{reason} Note: {word.Note}", actor.Name, word.Label);
        await ports.Store.SaveVerdictsAsync(item.RunId, [.. item.Frames.Select(f => (f, verdict))], ct).ConfigureAwait(false);
        if (await ports.Store.GetAsync(item.RunId, ct).ConfigureAwait(false) is not { } run)
        {
            return;
        }

        var frames = await ports.Store.CandidatesAsync(run.Id, ct).ConfigureAwait(false);
        var revision = await ports.Store.SaveProgressAsync(run.Id, run.Funnel.Recount(frames), null, ct).ConfigureAwait(false);
        ports.Events.Publish(new VerdictsChanged(run.Id, revision, ports.Time.GetUtcNow(), item.Frames));
        ports.Events.Publish(new ReviewChanged(run.Id, revision, ports.Time.GetUtcNow(), item.Id, ReviewState.Decided, actor.Name));

        var open = await ports.Reviews.OpenForRunAsync(run.Id, ct).ConfigureAwait(false);
        if (open.IsEmpty && await ports.MoveAsync(run.Id, RunState.AwaitingReview, RunState.Finishing, "Picking the best frames.", null, ct).ConfigureAwait(false))
        {
            await ports.Queue.EnqueueAsync(run.Id, run.Priority, ct).ConfigureAwait(false);
        }
    }

    private static void CheckDecision(ReviewItem item, Decision decision, string label)
    {
        if (string.IsNullOrWhiteSpace(label))
        {
            throw new VettingException(FailureCode.InvalidRequest, "A decision needs a label.");
        }

        var known = ModerationLabels.Find(label) ?? throw new VettingException(FailureCode.InvalidRequest,
            $"There is no label '{label}' (known: {string.Join(", ", ModerationLabels.All.Select(l => l.Id))}).");
        if (decision == Decision.Block && !known.IsHarm)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A denial needs a label that says what is wrong, and '{label}' says that nothing is.");
        }

        if (!Enum.IsDefined(decision))
        {
            throw new VettingException(FailureCode.InvalidRequest, "A decision is allow, block or escalate.");
        }

        if (decision == Decision.Escalate && item.IsEscalated)
        {
            throw new VettingException(FailureCode.InvalidRequest, "The item is with the leads already; it must be allowed or denied.");
        }
    }

    private async Task<ReviewItem> MustFindAsync(Guid id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Review, "review frames");
        var item = await ports.Reviews.GetAsync(id, ct).ConfigureAwait(false)
            ?? throw new VettingException(FailureCode.NotFound, $"There is no review item {id:N}.");
        if (item.IsEscalated && !actor.Has(Rights.Lead))
        {
            throw new VettingException(FailureCode.Forbidden, "The item was escalated: only a lead may decide it.");
        }

        return item;
    }

    private async Task<VettingException> WhyNotAsync(Guid id, CancellationToken ct)
    {
        var item = await ports.Reviews.GetAsync(id, ct).ConfigureAwait(false);
        return new VettingException(FailureCode.Conflict, item switch
        {
            { State: ReviewState.Decided, Decision: { } word } => $"{word.UserName} has already decided: {word.Decision.ToString().ToLowerInvariant()} ({word.Label}).",
            { State: ReviewState.Claimed, Claim: { } claim } => string.Create(CultureInfo.InvariantCulture, $"{claim.UserName} has the item until {claim.ExpiresAt.UtcDateTime:HH:mm:ss} UTC."),
            { State: ReviewState.Withdrawn } => "The item was withdrawn, since its run was cancelled or retried.",
            { State: ReviewState.Waiting } => "Your lease has run out; claim the item again.",
            _ => "The item is no longer there.",
        });
    }

    private async Task<TimeSpan> LeaseAsync(CancellationToken ct) =>
        TimeSpan.FromMinutes((await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.LeaseMinutes);
}
