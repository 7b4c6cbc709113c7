using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>One case for a person: all flagged frames of one run.</summary>
public sealed record ReviewItem
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>The run whose frames are in doubt.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Where it comes from. Moderators must not learn it: a sample or a golden item looks like any other.</summary>
    public ReviewKind Kind { get; init; }

    /// <summary>Where it stands.</summary>
    public required ReviewState State { get; init; }

    /// <summary>True after an escalation or a disagreement: only leads may claim it.</summary>
    public bool IsEscalated { get; init; }

    /// <summary>When it entered the queue.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Flagged frames by rising PTS.</summary>
    public required ImmutableArray<Pts> Frames { get; init; }

    /// <summary>Label with the highest confidence, if any backend named one.</summary>
    public string? TopLabel { get; init; }

    /// <summary>Highest confidence 0..1 among the findings; null when the doubt has another cause (backend down).</summary>
    public double? TopConfidence { get; init; }

    /// <summary>The queue it waits in, see <see cref="ReviewQueues"/>.</summary>
    public string Queue { get; init; } = ReviewQueues.Other;

    /// <summary>How bad it may be to look at.</summary>
    public ReviewSeverity Severity { get; init; } = ReviewSeverity.Medium;

    /// <summary>The lease, while claimed.</summary>
    public ReviewClaim? Claim { get; init; }

    /// <summary>Whose it is while put aside or assigned.</summary>
    public ReviewAssignment? Assignment { get; init; }

    /// <summary>Users who may not claim it: they have given their word on it, or on what it is about.</summary>
    public ImmutableArray<string> Excluded { get; init; } = [];

    /// <summary>What the last one wrote for the next, or what the submitter says in an appeal.</summary>
    public string? Note { get; init; }

    /// <summary>The golden item it was made from.</summary>
    public Guid? OriginId { get; init; }

    /// <summary>The final word, once decided.</summary>
    public ReviewDecision? Decision { get; init; }

    /// <summary>When the decision takes effect; until then whoever made it can take it back.</summary>
    public DateTimeOffset? EffectiveAt { get; init; }

    /// <summary>Whether the decision has taken effect.</summary>
    public bool IsSettled { get; init; }
}

/// <summary>States of an item. Names are an API.</summary>
public enum ReviewState
{
    /// <summary>Nobody has it.</summary>
    Waiting,
    /// <summary>Somebody holds the lease.</summary>
    Claimed,
    /// <summary>Decided.</summary>
    Decided,
    /// <summary>The run went away (cancelled, retried) before a decision.</summary>
    Withdrawn,
}

/// <summary>Where an item comes from. Names are stored.</summary>
public enum ReviewKind
{
    /// <summary>The cascade was in doubt.</summary>
    Flagged,
    /// <summary>A submitter contests a block.</summary>
    Appeal,
    /// <summary>A sample of what was cleared without people.</summary>
    Sample,
    /// <summary>An item whose answer is known.</summary>
    Golden,
}

/// <summary>A lease. <paramref name="Token"/> fences: a decision with an older token is refused. <paramref name="Since"/>: when it began.</summary>
public sealed record ReviewClaim(string UserId, string UserName, DateTimeOffset ExpiresAt, long Token, DateTimeOffset Since = default);

/// <summary>Put aside or assigned: <paramref name="Until"/> then it is everybody's again (null = never). <paramref name="IsHold"/>: not handed out to its owner either.</summary>
public sealed record ReviewAssignment(string UserId, string UserName, DateTimeOffset? Until, bool IsHold);

/// <summary>
/// A person's stored word. Label and reason are required for every decision; the note is free. <paramref name="Seconds"/> from claim to word,
/// null when unknown; <paramref name="IsReversal"/>: changed an earlier decision that had taken effect.
/// </summary>
public sealed record ReviewDecision(Decision Decision, string Label, string? Note, string UserId, string UserName, DateTimeOffset At,
    string Reason = "", double? Seconds = null, bool IsReversal = false);

/// <summary>What a person says: decision, label and reason (<see cref="ReviewReason"/>) are needed, the note only for the reason <see cref="ReviewReason.Note"/>.</summary>
public sealed record ReviewWord(Decision Decision, string? Label, string? Reason, string? Note = null);
