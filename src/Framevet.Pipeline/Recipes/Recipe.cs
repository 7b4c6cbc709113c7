using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Recipes;

/// <summary>A plug-in and what the user chose for it; unset options take the part's defaults.</summary>
[method: JsonConstructor]
public sealed record PartSpec(string Id, ImmutableSortedDictionary<string, JsonElement> Options)
{
    /// <summary>The part with its defaults.</summary>
    public PartSpec(string id)
        : this(id, ImmutableSortedDictionary<string, JsonElement>.Empty)
    {
    }

    /// <summary>Option values by camelCase name; never null, also when the JSON does not name them.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Options { get; init; } = Options ?? ImmutableSortedDictionary<string, JsonElement>.Empty;

    /// <summary>The same part with one option set.</summary>
    public PartSpec With<T>(string option, T value) => this with { Options = Options.SetItem(option, Element(value)) };

    // Numbers and words without the serialiser, whose start takes longer than scoring a short clip.
    private static JsonElement Element<T>(T value) => value switch
    {
        bool yes => JsonElement.Parse(yes ? "true" : "false"),
        int number => JsonElement.Parse(number.ToString(CultureInfo.InvariantCulture)),
        double number when double.IsFinite(number) => JsonElement.Parse(number.ToString("R", CultureInfo.InvariantCulture)),
        _ => JsonSerializer.SerializeToElement(value, PipelineJson.Options),
    };
}

/// <summary>The user's choice, validated data, snapshotted into the run.</summary>
public sealed record Recipe
{
    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence on what it is good for.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Long side of the analysis view in pixels, 64..2048; 0 = the size of the source.</summary>
    public int AnalysisSide { get; init; } = 512;

    /// <summary>The stretch of the file that is vetted; null = all of it.</summary>
    public RecipeRange? Range { get; init; }

    /// <summary>How cuts are found; null = no scene list. Finding them looks at every frame, also between sampled ones.</summary>
    public PartSpec? Scenes { get; init; }

    /// <summary>Which frames are scored.</summary>
    public required PartSpec Sampler { get; init; }

    /// <summary>Which numbers are computed.</summary>
    public required ImmutableArray<PartSpec> Metrics { get; init; }

    /// <summary>Which frames stay, filters first.</summary>
    public required ImmutableArray<PartSpec> Gates { get; init; }

    /// <summary>Who looks for what must not be shown.</summary>
    public required ModerationRecipe Moderation { get; init; }

    /// <summary>Which of the allowed frames are picked.</summary>
    public required PartSpec Selector { get; init; }

    /// <summary>What files are made of the picks.</summary>
    public required ImmutableArray<PartSpec> Exporters { get; init; }
}

/// <summary>
/// Backends in cascade order (screen first). What they say is judged by the organisation's policy; bands of the recipe's own can only make that stricter. No backend at all means that
/// everything goes to people.
/// </summary>
public sealed record ModerationRecipe
{
    /// <summary>Backends in the order they look.</summary>
    public required ImmutableArray<PartSpec> Backends { get; init; }

    /// <summary>Bands by label id; they only make the policy stricter.</summary>
    public required ImmutableSortedDictionary<string, LabelBand> Bands { get; init; }

    /// <summary>Band of every label not named, where the run keeps no policy (command line).</summary>
    public LabelBand DefaultBand { get; init; } = BuiltInBand;

    /// <summary>How the precise backends are asked about what a screen flags.</summary>
    public CascadeRecipe Cascade { get; init; } = new();

    /// <summary>The policy that the run is judged by; set when it is submitted, whatever the recipe says before.</summary>
    public Moderation.PolicySnapshot? Policy { get; init; }

    /// <summary>Whether the recipe names thresholds itself.</summary>
    internal bool HasOwnBands => !Bands.IsEmpty || DefaultBand != BuiltInBand;

    private static LabelBand BuiltInBand { get; } = new(0.15, 0.8);
}

/// <summary>
/// Limits of the second step for one file, PyFrame's by default. <paramref name="MaxCalls"/>: precise calls after a screen, at most; <paramref name="FramesPerGrid"/>: frames merged
/// into one picture per call, 1 = no grids; <paramref name="MaxCallsAlone"/>: precise calls when no screen came before (single pass).
/// </summary>
public sealed record CascadeRecipe(int MaxCalls = 2, int FramesPerGrid = 2, int MaxCallsAlone = 10);

/// <summary>Two thresholds on confidence, 0 ≤ AllowBelow ≤ BlockFrom ≤ 1 (BlockFrom above 1 never blocks).</summary>
public sealed record LabelBand(double AllowBelow, double BlockFrom);

/// <summary>
/// Part of a file in seconds of media time: <paramref name="FromSeconds"/> (inclusive) to <paramref name="ToSeconds"/> (exclusive, null = the end).
/// <paramref name="StartsFast"/>: begin at the keyframe before, which is quicker to reach.
/// </summary>
public sealed record RecipeRange(double FromSeconds = 0, double? ToSeconds = null, bool StartsFast = false);
