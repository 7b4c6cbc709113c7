using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;

namespace Framevet.Pipeline.Runs;

/// <summary>One execution of a recipe on one media file, as the store knows it.</summary>
public sealed record Run
{
    /// <summary>Identity.</summary>
    public required RunId Id { get; init; }

    /// <summary>Who submitted it.</summary>
    public required string OwnerId { get; init; }

    /// <summary>What the user called the file.</summary>
    public required string SourceName { get; init; }

    /// <summary>SHA-256 of the media, lower-case hex; also its blob key's last part.</summary>
    public required string MediaSha256 { get; init; }

    /// <summary>Blob key of the media.</summary>
    public required string MediaKey { get; init; }

    /// <summary>Size of the media.</summary>
    public required long MediaBytes { get; init; }

    /// <summary>Snapshot of the recipe.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>0 (last) .. 9 (first); 5 is normal.</summary>
    public int Priority { get; init; } = 5;

    /// <summary>Where it stands.</summary>
    public required RunState State { get; init; }

    /// <summary>Why it stands there, one sentence for users.</summary>
    public required string Reason { get; init; }

    /// <summary>Code when failed.</summary>
    public FailureCode? Failure { get; init; }

    /// <summary>Technical background when failed.</summary>
    public string? FailureDetail { get; init; }

    /// <summary>Times a worker took it up.</summary>
    public int Attempt { get; init; }

    /// <summary>Id of the node that has it in hand; null when nobody has. Whether that node still lives is another question.</summary>
    public string? Worker { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a worker first took it up.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached a final state.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Rises with every stored change of the run or its frames; events carry it.</summary>
    public long Revision { get; init; }

    /// <summary>Counts per stage so far.</summary>
    public Funnel Funnel { get; init; } = new();

    /// <summary>What the probe found; null until then.</summary>
    public MediaFacts? Media { get; init; }

    /// <summary>What is kept of it and what is gone.</summary>
    public RunUpkeep Upkeep { get; init; } = RunUpkeep.None;
}

/// <summary>Counts per stage. <paramref name="Decoded"/> pictures that came out of the decoder; <paramref name="Damaged"/> those reported damaged.</summary>
public sealed record Funnel(long Decoded = 0, int Damaged = 0, int Sampled = 0, int PassedGates = 0, int Allowed = 0, int AwaitingReview = 0, int Blocked = 0, int Selected = 0, int Exported = 0, int LostInReview = 0)
{
    /// <summary>All frames that wait for people: those that passed the gates, and those that a gate lost but that are in doubt all the same.</summary>
    public int InReview() => AwaitingReview + LostInReview;
}

/// <summary>Probed facts that pages show; unknown is null.</summary>
public sealed record MediaFacts(string Kind, string Container, string Codec, string? PixelFormat, int Width, int Height, TimeSpan? Duration, double? FrameRate, int Rotation, TimeBase TimeBase, string? ColorTransfer);
