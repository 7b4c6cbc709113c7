using System.Collections.Immutable;
using Framevet.Pipeline.Review;

namespace Framevet.Data.Tables;

/// <summary>Review rows to what the pipeline knows.</summary>
internal static class ReviewMapping
{
    /// <summary>The item as it stands at <paramref name="now"/>: an expired lease reads as Waiting, an assignment that ran out as none. <paramref name="last"/>: final word on it, if any.</summary>
    public static ReviewItem ToItem(this ReviewItemTable row, ReviewDecisionTable? last, DateTimeOffset now)
    {
        var isHeld = row.State == ReviewState.Claimed && row.ClaimExpiresAt > now;
        return new ReviewItem
        {
            Id = row.Id,
            RunId = row.RunId,
            Kind = row.Kind,
            State = row.State == ReviewState.Claimed && !isHeld ? ReviewState.Waiting : row.State,
            IsEscalated = row.IsEscalated,
            CreatedAt = row.CreatedAt,
            Frames = PtsText.Read(row.Frames),
            TopLabel = row.TopLabel,
            TopConfidence = row.TopConfidence,
            Queue = row.Queue,
            Severity = row.Severity,
            Claim = isHeld ? new ReviewClaim(row.ClaimUserId!, row.ClaimUserName!, row.ClaimExpiresAt!.Value, row.Token, row.ClaimedAt ?? now) : null,
            Assignment = row.AssigneeId is { } person && (row.AssignedUntil is null || row.AssignedUntil > now)
                ? new ReviewAssignment(person, row.AssigneeName ?? person, row.AssignedUntil, row.IsOnHold)
                : null,
            Excluded = Marks(row.Excluded),
            Note = row.Note,
            OriginId = row.OriginId,
            Decision = row.State == ReviewState.Decided ? last?.ToDecision() : null,
            EffectiveAt = row.EffectiveAt,
            IsSettled = row.SettledAt is not null,
        };
    }

    public static ReviewDecision ToDecision(this ReviewDecisionTable row) =>
        new(row.Decision, row.Label, row.Note, row.UserId, row.UserName, row.At, row.Reason, row.Seconds, row.IsReversal);

    /// <summary>The column of users, <c>|id|id|</c>.</summary>
    public static string Marks(ImmutableArray<string> users) => users.IsDefaultOrEmpty ? "" : $"|{string.Join('|', users)}|";

    private static ImmutableArray<string> Marks(string column) => [.. column.Split('|', StringSplitOptions.RemoveEmptyEntries)];
}
