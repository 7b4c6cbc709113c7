using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Review;

/// <summary>How people review: part of the versioned settings.</summary>
public sealed record ReviewRules
{
    /// <summary>Seconds in which a decision can be taken back before it takes effect, 0..60.</summary>
    public int UndoSeconds { get; init; } = 10;

    /// <summary>Hours until an item put aside comes back to everybody, 1..168.</summary>
    public int HoldHours { get; init; } = 24;

    /// <summary>Minutes until an item should be decided, by severity from low to severe.</summary>
    public ImmutableArray<int> SlaMinutes { get; init; } = [1440, 480, 120, 30];

    /// <summary>Minutes that somebody has for an item once they hold it, 1..120, by queue; the settings' length for the others.</summary>
    public ImmutableSortedDictionary<string, int> LeaseMinutes { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Several people on one item.</summary>
    public DoubleReview Several { get; init; } = new();

    /// <summary>Share 0..1 of automatically cleared runs that people look at without knowing.</summary>
    public double SampleShare { get; init; }

    /// <summary>Number that decides which runs are sampled: the same number samples the same runs.</summary>
    public int SampleSeed { get; init; } = 1;

    /// <summary>Share 0..1 of handed-out items that are golden ones, while there are any.</summary>
    public double GoldenShare { get; init; } = 0.05;

    /// <summary>How pictures in doubt are shown.</summary>
    public CareDefaults Care { get; init; } = new();

    /// <summary>How much of a queue one person may see in a day (UTC). A queue that is not listed has no limit.</summary>
    public ImmutableArray<ExposureLimit> Exposure { get; init; } =
    [
        new(ModerationLabels.MinorsRisk, 15, 30, 20, 40),
        new("self-harm", 30, 60, 60, 120),
        new("violence", 45, 90, 120, 240),
        new("hate", 60, 120, 200, 400),
        new("nudity", 90, 180, 400, 800),
    ];

    /// <summary>After so many items of one queue in a row another queue comes first, 0 = never.</summary>
    public int RotateAfter { get; init; } = 20;

    /// <summary>Whether decisions can be made on a screen narrower than 600 px.</summary>
    public bool AllowsPhones { get; init; }

    /// <summary>Every fault as a sentence; empty when the rules may be saved.</summary>
    public IEnumerable<string> Faults()
    {
        if (UndoSeconds is < 0 or > 60)
        {
            yield return "The time for taking a decision back must be 0 to 60 seconds.";
        }

        if (HoldHours is < 1 or > 168)
        {
            yield return "An item must be put aside for 1 to 168 hours.";
        }

        if (SlaMinutes.IsDefault || SlaMinutes.Length != 4 || SlaMinutes.Any(m => m is < 1 or > 43_200))
        {
            yield return "There must be four review times (low to severe) of 1 to 43200 minutes.";
        }

        foreach (var (queue, minutes) in LeaseMinutes)
        {
            if (!ReviewQueues.All.Contains(queue) || minutes is < 1 or > 120)
            {
                yield return $"The lease of the queue '{queue}' must be one of a known queue and last 1 to 120 minutes.";
            }
        }

        if (!IsShare(SampleShare) || !IsShare(GoldenShare) || !IsShare(Several.Share))
        {
            yield return "Shares of items must lie between 0 and 1.";
        }

        if (Several.Agree is < 2 or > 5 || Several.Most < Several.Agree || Several.Most > 9)
        {
            yield return "Double review needs 2 to 5 equal words of at most 9 people.";
        }

        foreach (var label in Several.Labels.IsDefault ? [] : Several.Labels.Where(l => ModerationLabels.Find(l) is null))
        {
            yield return $"Double review names the label '{label}', which does not exist.";
        }

        if (Care.Strength is < 0 or > 100)
        {
            yield return "The strength of the blur must be 0 to 100.";
        }

        foreach (var limit in Exposure.IsDefault ? [] : Exposure.Where(l => !l.IsSound))
        {
            yield return $"The daily limits of '{limit.Queue}' must be 1 or more, and the warning must not come after the stop.";
        }
    }

    private static bool IsShare(double value) => value is >= 0 and <= 1;
}

/// <summary>Items that need several words from people who do not see each other's.</summary>
public sealed record DoubleReview
{
    /// <summary>Labels whose items need it; a category stands for its kinds.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Random share 0..1 of the other items that need it, too.</summary>
    public double Share { get; init; }

    /// <summary>So many equal words decide.</summary>
    public int Agree { get; init; } = 2;

    /// <summary>When so many people do not agree enough, a lead decides.</summary>
    public int Most { get; init; } = 2;

    /// <summary>Whether an item needs several words: by its label, or by a draw that depends on nothing but its id.</summary>
    internal bool Needs(ReviewItem item, string label) => item.Kind == ReviewKind.Flagged && !item.IsEscalated
        && (Names(item.TopLabel) || Names(label) || (Share > 0 && QualitySample.Draw01(0, item.Id.ToString("N"), 0) < Share));

    private bool Names(string? label) => label is not null && (Labels.Contains(label) || Labels.Contains(label.Split('/')[0]));
}

/// <summary>How pictures in doubt look before they are revealed. <paramref name="Strength"/> 0..100, 100 leaves nothing to recognise; from <paramref name="WarnFrom"/> on there is a warning before anything is shown.</summary>
public sealed record CareDefaults(int Strength = 90, bool IsGrey = false, ReviewSeverity WarnFrom = ReviewSeverity.High);

/// <summary>Daily limits of one person in one queue: a break is suggested at the first number of minutes or items, the queue closes at the second.</summary>
public sealed record ExposureLimit(string Queue, int WarnMinutes, int StopMinutes, int WarnItems, int StopItems)
{
    /// <summary>Whether the numbers make sense.</summary>
    internal bool IsSound => WarnMinutes >= 1 && StopMinutes >= WarnMinutes && WarnItems >= 1 && StopItems >= WarnItems;
}
