namespace Framevet.Pipeline.Recipes;

/// <summary>
/// Makes a class a part. <paramref name="id"/>: kebab-case, unique within its kind, never reused or renamed; <paramref name="title"/>: for forms and lists;
/// <paramref name="summary"/>: one sentence on what it does.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PartAttribute(string id, string title, string summary) : Attribute
{
    /// <summary>Stable id.</summary>
    public string Id { get; } = id;

    /// <summary>Title for people.</summary>
    public string Title { get; } = title;

    /// <summary>One sentence for people.</summary>
    public string Summary { get; } = summary;

    /// <summary>For the command line only: what it makes lies on the machine where it runs and cannot be handed out by a server. Not for recipes.</summary>
    public bool IsLocal { get; init; }
}

/// <summary>What a part is, by the stage contract it fulfils.</summary>
public enum PartKind
{
    /// <summary>Chooses frames to score.</summary>
    Sampler,
    /// <summary>Gives numbers.</summary>
    Metric,
    /// <summary>Says yes or no.</summary>
    Gate,
    /// <summary>Looks for what must not be shown.</summary>
    Moderation,
    /// <summary>Picks the best.</summary>
    Selector,
    /// <summary>Writes files.</summary>
    Exporter,
    /// <summary>Finds cuts.</summary>
    SceneDetector,
}

/// <summary>Everything a form, the CLI and the API schema need to know about a part; made from the same metadata.</summary>
public sealed record PartInfo(PartKind Kind, string Id, string Title, string Summary, System.Collections.Immutable.ImmutableArray<PartOption> Options,
    System.Collections.Immutable.ImmutableArray<Scoring.MetricSpec> Outputs, bool IsLocal = false);

/// <summary>
/// One option of a part. <paramref name="Name"/> is its camelCase JSON name; <paramref name="Default"/> as JSON; bounds null when unbounded (both
/// ends belong to the range; of a <see cref="PartOptionKind.NumberMap"/> they bound each value). <paramref name="Choices"/>: the values of a
/// <see cref="PartOptionKind.Choice"/>, the names of a number map; empty where anything goes.
/// </summary>
public sealed record PartOption(string Name, string Title, string Description, PartOptionKind Kind, System.Text.Json.JsonElement Default,
    double? Min, double? Max, System.Collections.Immutable.ImmutableArray<string> Choices)
{
    /// <summary>The short flag of the command line that sets it; null when it has none. For programs that run here, not for the API.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ShortFlagAttribute? Flag { get; init; }
}

/// <summary>How an option is edited.</summary>
public enum PartOptionKind
{
    /// <summary>Real number.</summary>
    Number,
    /// <summary>Whole number.</summary>
    WholeNumber,
    /// <summary>Yes or no.</summary>
    Boolean,
    /// <summary>One of <see cref="PartOption.Choices"/>.</summary>
    Choice,
    /// <summary>Free text.</summary>
    Text,
    /// <summary>Number by name, e.g. weights per score.</summary>
    NumberMap,
    /// <summary>What a wanted face looks like, as text; empty = nobody.</summary>
    Face,
}
