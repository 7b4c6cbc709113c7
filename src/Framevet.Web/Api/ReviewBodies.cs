using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>A review item. <paramref name="Token"/> only for the person who holds the lease: every further call needs it.</summary>
public sealed record ReviewBody(Guid Id, RunId RunId, ReviewState State, bool IsEscalated, DateTimeOffset CreatedAt, ImmutableArray<long> Frames,
    string? TopLabel, double? TopConfidence, string? ClaimedBy, DateTimeOffset? ClaimExpiresAt, long? Token, ReviewDecision? Decision)
{
    internal static ReviewBody From(ReviewItem item, Actor actor) => new(
        item.Id, item.RunId, item.State, item.IsEscalated, item.CreatedAt, [.. item.Frames.Select(f => f.Value)], item.TopLabel, item.TopConfidence,
        item.Claim?.UserName, item.Claim?.ExpiresAt, item.Claim?.UserId == actor.Id ? item.Claim.Token : null, item.Decision);
}

/// <summary>A review item in the queue.</summary>
public sealed record ReviewListItem(ReviewBody Item, string SourceName, string OwnerName, int FrameCount);

/// <summary>A review item with its flagged frames.</summary>
public sealed record ReviewDetailsBody(ReviewBody Item, string SourceName, string OwnerName, string Recipe, double? DurationSeconds, ImmutableArray<FrameBody> Frames)
{
    internal static ReviewDetailsBody From(ReviewDetails details, Actor actor) => new(
        ReviewBody.From(details.Item, actor), details.SourceName, details.OwnerName, details.RecipeName, details.DurationSeconds,
        [.. details.Frames.Select(f => FrameBody.From(f, actor))]);
}

/// <summary>Items that the caller does not want next.</summary>
public sealed record ClaimNextRequest(ImmutableArray<Guid>? Skip = null);

/// <summary>The fencing token of the lease.</summary>
public sealed record TokenRequest([property: JsonRequired] long Token);

/// <summary>A final word under a lease. The label is required.</summary>
public sealed record DecideRequest([property: JsonRequired] long Token, [property: JsonRequired] Decision Decision, [property: JsonRequired] string Label,
    string? Note = null);
