using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>
/// A review item. <paramref name="Token"/> only for the person who holds the lease: every further call needs it. Where an item comes from (flag,
/// sample, golden, appeal) is told to nobody.
/// </summary>
public sealed record ReviewBody(Guid Id, RunId RunId, ReviewState State, bool IsEscalated, DateTimeOffset CreatedAt, ImmutableArray<long> Frames,
    string? TopLabel, double? TopConfidence, string Queue, ReviewSeverity Severity, string? Note, string? ClaimedBy, DateTimeOffset? ClaimExpiresAt, long? Token,
    string? KeptFor, ReviewDecision? Decision, DateTimeOffset? EffectiveAt)
{
    internal static ReviewBody From(ReviewItem item, Actor actor) => new(
        item.Id, item.RunId, item.State, item.IsEscalated, item.CreatedAt, [.. item.Frames.Select(f => f.Value)], item.TopLabel, item.TopConfidence,
        item.Queue, item.Severity, item.Note, item.Claim?.UserName, item.Claim?.ExpiresAt, item.Claim?.UserId == actor.Id ? item.Claim.Token : null,
        item.Kind == ReviewKind.Golden ? null : item.Assignment?.UserName, item.Decision, item.EffectiveAt);
}

/// <summary>A review item in the queue.</summary>
public sealed record ReviewListItem(ReviewBody Item, string SourceName, string OwnerName, int FrameCount);

/// <summary>A review item with its flagged frames. While it is open, no verdict is told: only what backends saw.</summary>
public sealed record ReviewDetailsBody(ReviewBody Item, string SourceName, string OwnerName, string Recipe, double? DurationSeconds, ImmutableArray<FrameBody> Frames,
    ImmutableArray<NeighbourFrame> Neighbours, ImmutableArray<EarlierDecision> Earlier)
{
    internal static ReviewDetailsBody From(ReviewDetails details, Actor actor) => new(
        ReviewBody.From(details.Item, actor), details.SourceName, details.OwnerName, details.RecipeName, details.DurationSeconds,
        [.. details.Frames.Select(f => FrameBody.From(f, actor))], details.Neighbours, details.Earlier);
}

/// <summary>Items that the caller does not want next, and which queue or severity they want.</summary>
public sealed record ClaimNextRequest(ImmutableArray<Guid>? Skip = null, string? Queue = null, ReviewSeverity? Severity = null);

/// <summary>The fencing token of the lease.</summary>
public sealed record TokenRequest([property: JsonRequired] long Token);

/// <summary>Puts an item aside: for the caller, or for another reviewer.</summary>
public sealed record HoldRequest([property: JsonRequired] long Token, string? UserId = null, string? Note = null);

/// <summary>A question to somebody else.</summary>
public sealed record AskRequest([property: JsonRequired] long Token, string? Note = null);

/// <summary>A word under a lease. Label and reason are needed.</summary>
public sealed record DecideRequest([property: JsonRequired] long Token, [property: JsonRequired] Decision Decision, string? Label = null, string? Reason = null, string? Note = null);

/// <summary>What became of the item.</summary>
public sealed record DecidedBody(RulingKind Ruling);

/// <summary>A later word that replaces the decision.</summary>
public sealed record ReverseRequest([property: JsonRequired] Decision Decision, string? Label = null, string? Reason = null, string? Note = null);

/// <summary>What a submitter says.</summary>
public sealed record AppealRequest(string? Statement = null);

/// <summary>An appeal as its submitter sees it: by whom it was decided is not told.</summary>
public sealed record AppealBody(DateTimeOffset At, string? Statement, bool IsDecided, Decision? Decision, string? Note)
{
    internal static AppealBody From(ReviewItem item)
    {
        var isOver = item is { State: ReviewState.Decided, IsSettled: true };
        return new AppealBody(item.CreatedAt, item.Note, isOver, isOver ? item.Decision?.Decision : null, isOver ? item.Decision?.Note : null);
    }
}
