using System.Collections.Immutable;

namespace Framevet.Pipeline.Recipes;

/// <summary>What admins tune at run time; stored as versions with author. Changing it never touches a submitted run.</summary>
public sealed record VettingSettings
{
    /// <summary>Version 0: what applies until an admin saved something.</summary>
    public static VettingSettings BuiltIn { get; } = new() { Recipes = BuiltInRecipes.All, DefaultRecipe = BuiltInRecipes.BestFrames.Name };

    /// <summary>Recipes offered on Submit; names are unique.</summary>
    public required ImmutableArray<Recipe> Recipes { get; init; }

    /// <summary>Name of the recipe used when none is named.</summary>
    public required string DefaultRecipe { get; init; }

    /// <summary>Limits for submitters.</summary>
    public SubmitLimits Limits { get; init; } = new();

    /// <summary>Length of a review lease in minutes, 1..120, in every queue without a length of its own.</summary>
    public int LeaseMinutes { get; init; } = 10;

    /// <summary>How long things stay.</summary>
    public Retention.RetentionRules Retention { get; init; } = new();

    /// <summary>How people review.</summary>
    public Review.ReviewRules Review { get; init; } = new();

    /// <summary>Length of a lease on an item of a queue.</summary>
    public TimeSpan LeaseOf(string queue) => TimeSpan.FromMinutes(Review.LeaseMinutes.GetValueOrDefault(queue, LeaseMinutes));
}

/// <summary>Limits shown before choosing files.</summary>
public sealed record SubmitLimits
{
    /// <summary>Largest file in MiB.</summary>
    public int MaxFileMegabytes { get; init; } = 2048;

    /// <summary>Most files in one submission.</summary>
    public int MaxFiles { get; init; } = 500;

    /// <summary>Most unfinished runs of one user.</summary>
    public int MaxOpenRuns { get; init; } = 1000;

    /// <summary>Most MiB of media and unfinished uploads of one user; 0 = no limit.</summary>
    public int MaxStoredMegabytes { get; init; }

    /// <summary>What accounts of a role may use, by the role's name; roles without an entry have no limits.</summary>
    public ImmutableSortedDictionary<string, Ingest.Quotas.Quota> Quotas { get; init; } = ImmutableSortedDictionary<string, Ingest.Quotas.Quota>.Empty;

    /// <summary>File name endings accepted at the door; what the file really is decides later.</summary>
    public ImmutableArray<string> Extensions { get; init; } =
    [
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".wmv", ".mpg", ".mpeg", ".ts", ".ogv", ".3gp",
        ".gif", ".png", ".apng", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".zip",
    ];
}
