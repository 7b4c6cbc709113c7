using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Review;

/// <summary>How bad it may be to look at. Order is order of work: the most severe first. Numbers are stored.</summary>
public enum ReviewSeverity
{
    /// <summary>Unpleasant at most.</summary>
    Low = 0,
    /// <summary>Not for everybody.</summary>
    Medium = 1,
    /// <summary>May disturb: there is a warning before opening.</summary>
    High = 2,
    /// <summary>May harm the person who looks.</summary>
    Severe = 3,
}

/// <summary>Which queue a label belongs to and how severe it is. A label that is not listed counts as the one of ours that comes nearest, an unknown one as medium.</summary>
public static class ReviewQueues
{
    /// <summary>Queue of everything without a known category.</summary>
    public const string Other = "other";

    /// <summary>Not a queue of its own but a view of all: what only leads may decide.</summary>
    public const string Escalated = "escalated";

    /// <summary>All queues that items can be in.</summary>
    public static System.Collections.Immutable.ImmutableArray<string> All { get; } = [.. ModerationLabels.All.Where(l => l is { IsHarm: true, Parent: null } && l.Id is not (ModerationLabels.Unmapped or Other)).Select(l => l.Id), Other];

    /// <summary>Queue of a label: its category, or <see cref="Other"/>.</summary>
    public static string Of(string? label) => label is null || ModerationLabels.Resolve(label) is not { IsHarm: true } known || known.Id == ModerationLabels.Unmapped
        ? Other
        : known.Parent ?? known.Id;

    /// <summary>Title of a queue for people.</summary>
    public static string TitleOf(string queue) => queue switch
    {
        Escalated => "Escalated",
        Other => "Other doubts",
        _ => ModerationLabels.Find(queue)?.Title ?? queue,
    };

    /// <summary>Severity of a label.</summary>
    public static ReviewSeverity SeverityOf(string? label) => label switch
    {
        null => ReviewSeverity.Medium,
        ModerationLabels.MinorsRisk or "violence/graphic" => ReviewSeverity.Severe,
        "self-harm" or "nudity/explicit" or "violence" or "violence/fight" or "hate" => ReviewSeverity.High,
        "nudity/suggestive" or ModerationLabels.Skin or "drugs/alcohol-tobacco" => ReviewSeverity.Low,
        "nudity" or "hate/harassment" or "hate/symbol" or "violence/weapon" or "drugs" or "drugs/illegal" => ReviewSeverity.Medium,
        _ => ModerationLabels.Resolve(label) is { } known && known.Id != label ? SeverityOf(known.Id) : ReviewSeverity.Medium,
    };
}
