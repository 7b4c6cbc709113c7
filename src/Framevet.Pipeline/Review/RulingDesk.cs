using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>
/// What people decide, and what follows from it. A decision is stored at once, so everybody sees it; it takes effect when the time for taking it
/// back is over (<see cref="SettleAsync(CancellationToken)"/>). Later it can only be replaced by another, with both kept. Thread-safe.
/// </summary>
public sealed class RulingDesk(RunPorts ports, ISettingsStore settings, IReviewLedger ledger, ReviewCare care)
{
    /// <summary>Longest note.</summary>
    public const int NoteLength = 2000;

    /// <summary>
    /// Decides: Allow clears the flagged frames, Block denies them, Escalate hands the item to a lead. Returns what became of the item. Once no
    /// item of the run is open, the run goes on to its second act.
    /// </summary>
    /// <exception cref="VettingException">
    /// Forbidden, NotFound, Incomplete (label, reason or note missing), InvalidRequest (unknown label or reason), Conflict (lease lost; the other's word stands).
    /// </exception>
    public async Task<RulingKind> DecideAsync(Guid id, long token, ReviewWord word, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(word);
        var item = await ports.MustReviewAsync(id, actor, ct).ConfigureAwait(false);
        Check(word);
        if (word.Decision == Decision.Escalate && item.IsEscalated)
        {
            throw new VettingException(FailureCode.InvalidRequest, "The item is with the leads already; it must be allowed or denied.");
        }

        var current = await settings.CurrentAsync(ct).ConfigureAwait(false);
        var rules = current.Settings.Review;
        var now = ports.Time.GetUtcNow();
        var seconds = item.Claim is { } claim && claim.Token == token ? (now - claim.Since).TotalSeconds : (double?)null;
        var stored = Stored(word, actor, now) with { Seconds = seconds };
        var ruling = await RuleAsync(item, stored, rules, now, ct).ConfigureAwait(false);
        if (!await ports.Reviews.TryDecideAsync(id, token, stored, ruling, now, ct).ConfigureAwait(false))
        {
            throw await ports.WhyNotAsync(id, ct).ConfigureAwait(false);
        }

        // The decision stands: whoever closes the page now must not keep it from taking effect.
        await care.CountAsync(item, actor, isSeen: true).ConfigureAwait(false);
        await ports.Audit.AppendAsync(actor, ruling.Kind == RulingKind.Vote ? "review.vote" : "review.decide", id.ToString("N"), null,
            Audited.Decision(item, stored, current.Number), CancellationToken.None).ConfigureAwait(false);
        var state = ruling.Kind == RulingKind.Final ? ReviewState.Decided : ReviewState.Waiting;
        await ports.TellReviewAsync(item.RunId, id, state, actor.Name, CancellationToken.None).ConfigureAwait(false);
        if (ruling.EffectiveAt <= now)
        {
            await SettleAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return ruling.Kind;
    }

    /// <summary>Takes one's last word on the item back while it has not taken effect; the item is claimed again.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Conflict (too late, or somebody has the item).</exception>
    public async Task<ReviewItem> UndoAsync(Guid id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Review, "review frames");
        var current = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings;
        var now = ports.Time.GetUtcNow();
        var since = now - TimeSpan.FromSeconds(current.Review.UndoSeconds);
        var queue = (await ports.Reviews.GetAsync(id, ct).ConfigureAwait(false))?.Queue ?? ReviewQueues.Other;
        var item = await ports.Reviews.TryUndoAsync(id, actor, since, now, current.LeaseOf(queue), ct).ConfigureAwait(false)
            ?? throw new VettingException(FailureCode.Conflict, "It is too late to take that back, or somebody else has the item; a lead can still reverse the decision.");
        await ports.Audit.AppendAsync(actor, "review.undo", id.ToString("N"), null, null, CancellationToken.None).ConfigureAwait(false);
        await ports.TellReviewAsync(item.RunId, id, ReviewState.Claimed, actor.Name, CancellationToken.None).ConfigureAwait(false);
        return item;
    }

    /// <summary>Replaces a decision that has taken effect. The earlier one stays in the history. For leads, and for whoever made it.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Incomplete, InvalidRequest, Conflict (not decided yet).</exception>
    public async Task ReverseAsync(Guid id, ReviewWord word, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Review, "review frames");
        var item = await ports.Reviews.GetAsync(id, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, $"There is no review item {id:N}.");
        Check(word);
        if (!actor.Has(Rights.Lead) && item.Decision?.UserId != actor.Id)
        {
            throw new VettingException(FailureCode.Forbidden, "Only a lead, or whoever made the decision, may reverse it.");
        }

        if (word.Decision == Decision.Escalate || item.Decision?.Decision == word.Decision)
        {
            throw new VettingException(FailureCode.InvalidRequest, "A reversal says the opposite of the decision: allow or block.");
        }

        var stored = Stored(word, actor, ports.Time.GetUtcNow()) with { IsReversal = true };
        if (item.Kind == ReviewKind.Golden || !await ports.Reviews.TryReverseAsync(id, stored, ct).ConfigureAwait(false))
        {
            throw new VettingException(FailureCode.Conflict, "There is no decision in effect that could be reversed.");
        }

        var number = (await settings.CurrentAsync(CancellationToken.None).ConfigureAwait(false)).Number;
        await ports.Audit.AppendAsync(actor, "review.reverse", id.ToString("N"), item.Decision is { } old ? Audited.Decision(item, old, null) : null,
            Audited.Decision(item, stored, number), CancellationToken.None).ConfigureAwait(false);
        await ApplyAsync(item, stored).ConfigureAwait(false);
        await ports.TellReviewAsync(item.RunId, id, ReviewState.Decided, actor.Name, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Puts every decision into effect whose time has come; called often. Doing it twice changes nothing. Returns how many there were.</summary>
    public async Task<int> SettleAsync(CancellationToken ct)
    {
        var due = await ports.Reviews.DueAsync(ports.Time.GetUtcNow(), ct).ConfigureAwait(false);
        foreach (var item in due)
        {
            await SettleAsync(item).ConfigureAwait(false);
        }

        return due.Length;
    }

    // Effects first, the note that they are done last: after a crash between the two they are repeated.
    private async Task SettleAsync(ReviewItem item)
    {
        var ct = CancellationToken.None;
        var word = item.Decision!;
        if (item.Kind == ReviewKind.Golden)
        {
            await AnswerAsync(item, word).ConfigureAwait(false);
        }
        else if (item.Kind != ReviewKind.Sample || word.Decision == Decision.Block)
        {
            await ApplyAsync(item, word).ConfigureAwait(false);
        }

        await ports.Reviews.SettleAsync(item.Id, ports.Time.GetUtcNow(), ct).ConfigureAwait(false);
        if (item.Kind != ReviewKind.Flagged || await ports.Store.GetAsync(item.RunId, ct).ConfigureAwait(false) is not { } run)
        {
            return;
        }

        var open = await ports.Reviews.OpenForRunAsync(run.Id, ct).ConfigureAwait(false);
        if (open.IsEmpty && await ports.MoveAsync(run.Id, RunState.AwaitingReview, RunState.Finishing, "Picking the best frames.", null, ct).ConfigureAwait(false))
        {
            await ports.Queue.EnqueueAsync(run.Id, run.Priority, ct).ConfigureAwait(false);
        }
    }

    private async Task ApplyAsync(ReviewItem item, ReviewDecision word)
    {
        var ct = CancellationToken.None;
        var reason = word.Decision == Decision.Allow ? $"{word.UserName} looked and allowed it." : $"{word.UserName} looked and denied it.";
        var verdict = new Verdict(word.Decision, word.Note is null ? reason : $"{reason} Note: {word.Note}", word.UserName, word.Label);
        await ports.Store.SaveVerdictsAsync(item.RunId, [.. item.Frames.Select(f => (f, verdict))], ct).ConfigureAwait(false);
        if (await ports.Store.GetAsync(item.RunId, ct).ConfigureAwait(false) is not { } run)
        {
            return;
        }

        var frames = await ports.Store.CandidatesAsync(run.Id, ct).ConfigureAwait(false);
        var revision = await ports.Store.SaveProgressAsync(run.Id, run.Funnel.Recount(frames), null, ct).ConfigureAwait(false);
        ports.Events.Publish(new VerdictsChanged(run.Id, revision, ports.Time.GetUtcNow(), item.Frames));
    }

    private async Task AnswerAsync(ReviewItem item, ReviewDecision word)
    {
        if (item.OriginId is { } origin && await ledger.GoldenAsync(origin, CancellationToken.None).ConfigureAwait(false) is { } golden)
        {
            var answer = new GoldenAnswer(golden.Id, word.UserId, word.UserName, word.Decision, word.Label, word.Decision == golden.Decision, word.At);
            await ledger.AddGoldenAnswerAsync(answer, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<Ruling> RuleAsync(ReviewItem item, ReviewDecision word, ReviewRules rules, DateTimeOffset now, CancellationToken ct)
    {
        var final = new Ruling(RulingKind.Final, now + TimeSpan.FromSeconds(rules.UndoSeconds));
        if (word.Decision == Decision.Escalate && item.Kind != ReviewKind.Golden)
        {
            return new Ruling(RulingKind.Escalation);
        }

        var votes = await ports.Reviews.WordsAsync(item.Id, ct).ConfigureAwait(false);
        ImmutableArray<ReviewDecision> all = [.. votes.Where(v => v.Decision != Decision.Escalate), word];
        if (item.IsEscalated || (all.Length == 1 && !rules.Several.Needs(item, word.Label)))
        {
            return final;
        }

        var most = all.GroupBy(v => v.Decision).Max(g => g.Count());
        return most >= rules.Several.Agree && all.Count(v => v.Decision == word.Decision) == most ? final
            : most + rules.Several.Most - all.Length < rules.Several.Agree ? new Ruling(RulingKind.Disagreement)
            : new Ruling(RulingKind.Vote);
    }

    private static ReviewDecision Stored(ReviewWord word, Actor actor, DateTimeOffset now) =>
        new(word.Decision, word.Label!, string.IsNullOrWhiteSpace(word.Note) ? null : word.Note.Trim(), actor.Id, actor.Name, now, word.Reason!);

    private static void Check(ReviewWord word)
    {
        if (!Enum.IsDefined(word.Decision))
        {
            throw new VettingException(FailureCode.InvalidRequest, "A decision is allow, block or escalate.");
        }

        var label = string.IsNullOrWhiteSpace(word.Label)
            ? throw new VettingException(FailureCode.Incomplete, "A decision needs a label that says what was seen.")
            : ModerationLabels.Find(word.Label) ?? throw new VettingException(FailureCode.InvalidRequest,
                $"There is no label '{word.Label}' (known: {string.Join(", ", ModerationLabels.All.Select(l => l.Id))}).");
        if (word.Decision == Decision.Block && !label.IsHarm)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A denial needs a label that says what is wrong, and '{word.Label}' says that nothing is.");
        }

        var reasons = ReviewReason.Fitting(word.Decision).Select(r => r.Id).ToList();
        if (string.IsNullOrWhiteSpace(word.Reason))
        {
            throw new VettingException(FailureCode.Incomplete, $"A decision needs a reason ({string.Join(", ", reasons)}).");
        }

        if (!reasons.Contains(word.Reason))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The reason '{word.Reason}' does not fit this decision (fitting: {string.Join(", ", reasons)}).");
        }

        if (word.Reason == ReviewReason.Note && string.IsNullOrWhiteSpace(word.Note))
        {
            throw new VettingException(FailureCode.Incomplete, "The reason says 'see the note', and there is none.");
        }

        if (word.Note is { Length: > NoteLength })
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A note has at most {NoteLength} characters.");
        }
    }
}
