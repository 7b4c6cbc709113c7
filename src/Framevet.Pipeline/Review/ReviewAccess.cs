using System.Globalization;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>Who may touch an item, and why somebody could not.</summary>
internal static class ReviewAccess
{
    /// <summary>The item, if the actor may decide items like it.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public static async Task<ReviewItem> MustReviewAsync(this RunPorts ports, Guid id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Review, "review frames");
        var item = await ports.Reviews.GetAsync(id, ct).ConfigureAwait(false)
            ?? throw new VettingException(FailureCode.NotFound, $"There is no review item {id:N}.");
        return item.IsEscalated && !actor.Has(Rights.Lead)
            ? throw new VettingException(FailureCode.Forbidden, "The item was escalated: only a lead may decide it.")
            : item;
    }

    /// <summary>Refuses somebody who has said their word on it, or on what it is about.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public static void MustNotExclude(this ReviewItem item, Actor actor)
    {
        if (item.Excluded.Contains(actor.Id))
        {
            throw new VettingException(FailureCode.Forbidden, item.Kind == ReviewKind.Appeal
                ? "You decided what this appeal is about: somebody else must hear it."
                : "You have given your word on this item already: it waits for somebody else.");
        }
    }

    /// <summary>Why a claim or a decision did not go through: who has it or has decided it, and when.</summary>
    public static async Task<VettingException> WhyNotAsync(this RunPorts ports, Guid id, CancellationToken ct)
    {
        var item = await ports.Reviews.GetAsync(id, ct).ConfigureAwait(false);
        return new VettingException(FailureCode.Conflict, item switch
        {
            { State: ReviewState.Decided, Decision: { } word } => string.Create(CultureInfo.InvariantCulture,
                $"{word.UserName} has already decided: {word.Decision.ToString().ToLowerInvariant()} ({word.Label}) at {word.At.UtcDateTime:HH:mm:ss} UTC."),
            { State: ReviewState.Claimed, Claim: { } claim } => string.Create(CultureInfo.InvariantCulture, $"{claim.UserName} has the item until {claim.ExpiresAt.UtcDateTime:HH:mm:ss} UTC."),
            { State: ReviewState.Withdrawn } => "The item was withdrawn, since its run was cancelled or retried.",
            { State: ReviewState.Waiting, Assignment: { } other } => other.Until is { } until
                ? string.Create(CultureInfo.InvariantCulture, $"The item is kept for {other.UserName} until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")
                : $"The item is kept for {other.UserName}.",
            { State: ReviewState.Waiting } => "Your lease has run out; claim the item again.",
            _ => "The item is no longer there.",
        });
    }
}
