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

    /// <summary>Where it stands.</summary>
    public required ReviewState State { get; init; }

    /// <summary>True after an escalation: only leads may claim it.</summary>
    public bool IsEscalated { get; init; }

    /// <summary>When it entered the queue.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Flagged frames by rising PTS.</summary>
    public required ImmutableArray<Pts> Frames { get; init; }

    /// <summary>Label with the highest confidence, if any backend named one.</summary>
    public string? TopLabel { get; init; }

    /// <summary>Highest confidence 0..1 among the findings; null when the doubt has another cause (backend down).</summary>
    public double? TopConfidence { get; init; }

    /// <summary>The lease, while claimed.</summary>
    public ReviewClaim? Claim { get; init; }

    /// <summary>The final word, once decided.</summary>
    public ReviewDecision? Decision { get; init; }
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

/// <summary>A lease. <paramref name="Token"/> fences: a decision with an older token is refused.</summary>
public sealed record ReviewClaim(string UserId, string UserName, DateTimeOffset ExpiresAt, long Token);

/// <summary>A person's word. Label is required for every decision; note is free.</summary>
public sealed record ReviewDecision(Decision Decision, string Label, string? Note, string UserId, string UserName, DateTimeOffset At);
