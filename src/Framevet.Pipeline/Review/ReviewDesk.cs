using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>What moderators can do with items, from any way in; <see cref="RulingDesk"/> has what they decide. Thread-safe.</summary>
public sealed class ReviewDesk(RunPorts ports, ISettingsStore settings, IReviewLedger ledger, ReviewCare care)
{
    private const int RotationWindow = 200;

    /// <summary>Claims one item.</summary>
    /// <exception cref="VettingException">Forbidden (right, own word, daily limit), NotFound, Conflict (names the holder and the expiry).</exception>
    public async Task<ReviewItem> ClaimAsync(Guid id, Actor actor, CancellationToken ct)
    {
        var item = await ports.MustReviewAsync(id, actor, ct).ConfigureAwait(false);
        if (item.Claim?.UserId != actor.Id)
        {
            item.MustNotExclude(actor);
            await care.MustBeOpenAsync(item.Queue, actor, ct).ConfigureAwait(false);
        }

        var claimed = await ports.Reviews.TryClaimAsync(id, actor, ports.Time.GetUtcNow(), await LeaseAsync(item.Queue, ct).ConfigureAwait(false), ct).ConfigureAwait(false)
            ?? throw await ports.WhyNotAsync(id, ct).ConfigureAwait(false);
        await ports.TellReviewAsync(item.RunId, id, ReviewState.Claimed, actor.Name, ct).ConfigureAwait(false);
        return claimed;
    }

    /// <summary>Claims the next item for this person, skipping some; null when nothing is left for them.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public Task<ReviewItem?> ClaimNextAsync(Actor actor, ImmutableArray<Guid> skip, CancellationToken ct) => ClaimNextAsync(actor, new NextChoice { Skip = skip }, ct);

    /// <inheritdoc cref="ClaimNextAsync(Actor, ImmutableArray{Guid}, CancellationToken)"/>
    public async Task<ReviewItem?> ClaimNextAsync(Actor actor, NextChoice choice, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(choice);
        actor.MustHave(Rights.Review, "review frames");
        var current = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings;
        var rules = current.Review;
        var wish = new ClaimWish(actor, ports.Time.GetUtcNow(), TimeSpan.FromMinutes(current.LeaseMinutes))
        {
            Queue = choice.Queue,
            Severity = choice.Severity,
            Skip = choice.Skip.IsDefault ? [] : choice.Skip,
            Closed = [.. (await care.TodayAsync(actor, ct).ConfigureAwait(false)).Where(s => s.IsClosed).Select(s => s.Queue)],
            Avoid = choice.Queue is null ? await TiredOfAsync(actor, rules, ct).ConfigureAwait(false) : null,
        };
        var claimed = await ports.Reviews.TryClaimNextAsync(wish, ct).ConfigureAwait(false);
        if (claimed is null)
        {
            return null;
        }

        claimed = await PerhapsGoldenAsync(claimed, wish, rules, ct).ConfigureAwait(false);
        claimed = await WithLeaseOfQueueAsync(claimed, wish, current, ct).ConfigureAwait(false);
        await ports.TellReviewAsync(claimed.RunId, claimed.Id, ReviewState.Claimed, actor.Name, ct).ConfigureAwait(false);
        return claimed;
    }

    /// <summary>Extends the lease while the page is open; false when it was lost.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task<bool> RenewAsync(Guid id, long token, Actor actor, CancellationToken ct)
    {
        var item = await ports.MustReviewAsync(id, actor, ct).ConfigureAwait(false);
        return await ports.Reviews.TryRenewAsync(id, token, ports.Time.GetUtcNow(), await LeaseAsync(item.Queue, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <summary>Gives the item back; false when the lease was lost.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task<bool> ReleaseAsync(Guid id, long token, Actor actor, CancellationToken ct)
    {
        var item = await ports.MustReviewAsync(id, actor, ct).ConfigureAwait(false);
        if (!await ports.Reviews.TryReleaseAsync(id, token, ports.Time.GetUtcNow(), ct).ConfigureAwait(false))
        {
            return false;
        }

        await care.CountAsync(item, actor, isSeen: false).ConfigureAwait(false);
        await ports.TellReviewAsync(item.RunId, id, ReviewState.Waiting, null, ct).ConfigureAwait(false);
        return true;
    }

    /// <summary>Puts the item aside: for oneself, or with <paramref name="person"/> for somebody else. After the hours of the rules it is everybody's again.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, InvalidRequest, Conflict (lease lost).</exception>
    public async Task HoldAsync(Guid id, long token, Person? person, string? note, Actor actor, CancellationToken ct)
    {
        var item = await ports.MustReviewAsync(id, actor, ct).ConfigureAwait(false);
        if (person is not null && item.Excluded.Contains(person.Id))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{person.Name} has given their word on this item already.");
        }

        var rules = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Review;
        var until = ports.Time.GetUtcNow() + TimeSpan.FromHours(rules.HoldHours);
        var isForMe = person is null || person.Id == actor.Id;
        var assignment = isForMe ? new ReviewAssignment(actor.Id, actor.Name, until, IsHold: true) : new ReviewAssignment(person!.Id, person.Name, until, IsHold: false);
        await ParkAsync(item, token, new Parking(assignment, Clean(note)), isForMe ? "review.hold" : "review.assign", actor, ct).ConfigureAwait(false);
    }

    /// <summary>Asks somebody else to look: the item waits for another person, and the note, which is needed, is shown to them.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Incomplete (note), Conflict (lease lost).</exception>
    public async Task AskAsync(Guid id, long token, string? note, Actor actor, CancellationToken ct)
    {
        var item = await ports.MustReviewAsync(id, actor, ct).ConfigureAwait(false);
        var question = Clean(note) ?? throw new VettingException(FailureCode.Incomplete, "A second opinion needs a note: what is the question?");
        await ParkAsync(item, token, new Parking(null, $"{actor.Name} asks: {question}", actor.Id), "review.ask", actor, ct).ConfigureAwait(false);
    }

    private async Task ParkAsync(ReviewItem item, long token, Parking parking, string action, Actor actor, CancellationToken ct)
    {
        if (parking.Note is { Length: > RulingDesk.NoteLength })
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A note has at most {RulingDesk.NoteLength} characters.");
        }

        if (!await ports.Reviews.TryParkAsync(item.Id, token, parking, ports.Time.GetUtcNow(), ct).ConfigureAwait(false))
        {
            throw await ports.WhyNotAsync(item.Id, ct).ConfigureAwait(false);
        }

        await care.CountAsync(item, actor, isSeen: false).ConfigureAwait(false);
        await ports.Audit.AppendAsync(actor, action, item.Id.ToString("N"), null, Audited.Parked(parking), CancellationToken.None).ConfigureAwait(false);
        await ports.TellReviewAsync(item.RunId, item.Id, ReviewState.Waiting, null, CancellationToken.None).ConfigureAwait(false);
    }

    // Whether the next item is a golden one depends on the item in whose place it comes, so asking again does not change the answer.
    private async Task<ReviewItem> PerhapsGoldenAsync(ReviewItem claimed, ClaimWish wish, ReviewRules rules, CancellationToken ct)
    {
        if (claimed.Kind == ReviewKind.Golden || claimed.Assignment is not null || claimed.IsEscalated
            || QualitySample.Draw01(rules.SampleSeed, $"{wish.Actor.Id}/{claimed.Id:N}", 0) >= rules.GoldenShare
            || await ledger.NextGoldenAsync(wish.Actor.Id, ct).ConfigureAwait(false) is not { } golden
            || wish.Closed.Contains(ReviewQueues.Of(golden.TopLabel)))
        {
            return claimed;
        }

        var item = await ports.Reviews.AddAsync(GoldenCase(golden, claimed, wish), ct).ConfigureAwait(false);
        if (await ports.Reviews.TryClaimAsync(item.Id, wish.Actor, wish.Now, wish.Lease, ct).ConfigureAwait(false) is not { } instead)
        {
            return claimed;
        }

        await ports.Reviews.TryReleaseAsync(claimed.Id, claimed.Claim!.Token, wish.Now, ct).ConfigureAwait(false);
        return instead;
    }

    private static ReviewItem GoldenCase(GoldenItem golden, ReviewItem inPlaceOf, ClaimWish wish) => new()
    {
        Id = Guid.CreateVersion7(inPlaceOf.CreatedAt),
        RunId = golden.RunId,
        Kind = ReviewKind.Golden,
        State = ReviewState.Waiting,
        CreatedAt = inPlaceOf.CreatedAt,
        Frames = golden.Frames,
        TopLabel = golden.TopLabel,
        TopConfidence = golden.TopConfidence,
        Queue = ReviewQueues.Of(golden.TopLabel),
        Severity = ReviewQueues.SeverityOf(golden.TopLabel),
        Assignment = new ReviewAssignment(wish.Actor.Id, wish.Actor.Name, null, IsHold: false),
        OriginId = golden.Id,
    };

    private async Task<string?> TiredOfAsync(Actor actor, ReviewRules rules, CancellationToken ct)
    {
        if (rules.RotateAfter is < 1 or > RotationWindow)
        {
            return null;
        }

        var recent = await ledger.RecentQueuesAsync(actor.Id, rules.RotateAfter, ct).ConfigureAwait(false);
        return recent.Length == rules.RotateAfter && recent.All(q => q == recent[0]) ? recent[0] : null;
    }

    // Which queue it would be was not known before.
    private async Task<ReviewItem> WithLeaseOfQueueAsync(ReviewItem claimed, ClaimWish wish, VettingSettings current, CancellationToken ct)
    {
        var lease = current.LeaseOf(claimed.Queue);
        return lease != wish.Lease && claimed.Claim is { } claim && await ports.Reviews.TryRenewAsync(claimed.Id, claim.Token, wish.Now, lease, ct).ConfigureAwait(false)
            ? claimed with { Claim = claim with { ExpiresAt = wish.Now + lease } }
            : claimed;
    }

    private static string? Clean(string? note) => string.IsNullOrWhiteSpace(note) ? null : note.Trim();

    private async Task<TimeSpan> LeaseAsync(string queue, CancellationToken ct) => (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.LeaseOf(queue);
}

/// <summary>What somebody wants next: any item, or only those of one queue or severity; items in <see cref="Skip"/> not now.</summary>
public sealed record NextChoice(string? Queue = null, ReviewSeverity? Severity = null)
{
    /// <summary>Items not wanted now.</summary>
    public ImmutableArray<Guid> Skip { get; init; } = [];
}

/// <summary>A user to whom something is assigned.</summary>
public sealed record Person(string Id, string Name);
