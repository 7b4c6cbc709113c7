using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary>
/// The flags that choose and change a recipe. Parts and their options are named by id, so a new part needs nothing here; the catalogue checks the
/// outcome.
/// </summary>
internal sealed class RecipeFlags
{
    private readonly Option<string?> _recipe = new("--recipe") { HelpName = "FILE|NAME", Description = "A recipe as JSON file, or the name of a built-in one (see 'framevet recipes'). Default: the first built-in one." };
    private readonly Option<string?> _from = new("--from") { HelpName = "TIME", Description = "Vet from here on: 12.5, 1:30 or 1:02:03." };
    private readonly Option<string?> _to = new("--to") { HelpName = "TIME", Description = "Vet up to here." };
    private readonly Option<bool> _fast = new("--fast-start") { Description = "With --from: begin at the keyframe before, which is quicker to reach." };
    private readonly Option<string?> _sampler = new("--sampler") { HelpName = "ID", Description = "Which frames are scored (see 'framevet parts sampler')." };
    private readonly Option<double?> _every = new("--every") { HelpName = "SECONDS", Description = "Score one frame per so many seconds; 0 = every frame." };
    private readonly Option<string?> _scenes = new("--scenes") { HelpName = "ID|none", Description = "How cuts are found (see 'framevet parts scenes'). With --sampler none are looked for unless this is given." };
    private readonly Option<int?> _side = new("--side", "--analysis-side") { HelpName = "PIXELS", Description = "Long side of the picture that is scored, 64..2048; 0 = the size of the source." };
    private readonly Option<string[]> _metric = new("--metric") { HelpName = "ID", Description = "Measure this, too. May be repeated, as the next ones." };
    private readonly Option<string[]> _gate = new("--gate") { HelpName = "ID", Description = "Add a gate, behind those of the recipe." };
    private readonly Option<string[]> _backend = new("--backend") { HelpName = "ID", Description = "Add a moderation backend." };
    private readonly Option<string[]> _without = new("--without") { HelpName = "ID|KIND|KIND.ID", Description = "Take a metric, gate or backend out of the recipe, or all of a kind: --without duplicate, --without gates." };
    private readonly Option<string?> _selector = new("--selector", "--select") { HelpName = "ID", Description = "How the best are picked (see 'framevet parts selector')." };
    private readonly Option<int?> _count = new("--count") { HelpName = "N", Description = "Most frames to pick." };
    private readonly Option<string[]> _min = new("--min") { HelpName = "SCORE=N", Description = "Drop frames whose score is lower, e.g. --min sharpness=35." };
    private readonly Option<string[]> _max = new("--max") { HelpName = "SCORE=N", Description = "Drop frames whose score is higher." };
    private readonly Option<string[]> _weight = new("--weight") { HelpName = "SCORE=N", Description = "Weight of a score in the weighted quality, e.g. --weight sharpness=40; scores not named keep theirs." };
    private readonly Option<string[]> _set = new("--set") { HelpName = "PART.OPTION=VALUE", Description = "Any option of any part: --set sampler.seconds=0.5, --set gate.threshold.min.sharpness=20, --set exporter.format=jpeg." };

    /// <summary>All of them, in the order of the help.</summary>
    public IEnumerable<Option> All => [_recipe, _from, _to, _fast, _sampler, _every, _scenes, _side, _metric, _gate, _backend, _without, _selector, _count, _min, _max, _weight, _set];

    /// <summary>The recipe that the command line asks for, valid; without exporters.</summary>
    /// <exception cref="VettingException">InvalidRequest naming the fault.</exception>
    public async Task<Recipe> ReadAsync(ParseResult parsed, PartCatalog catalog, CancellationToken ct) => (await ReadAsync(parsed, catalog, null, ct)).Recipe;

    /// <summary>The same with the exporters that write, as --set changes them. <paramref name="exporters"/>: their ids; null = nothing is written.</summary>
    /// <exception cref="VettingException">InvalidRequest naming the fault.</exception>
    public async Task<(Recipe Recipe, PartSpec[] Exporters)> ReadAsync(ParseResult parsed, PartCatalog catalog, IEnumerable<string>? exporters, CancellationToken ct)
    {
        var given = await BaseAsync(parsed.GetValue(_recipe), ct);

        // Files are written by --out here, whatever the recipe says; how it wants them written counts all the same.
        var writing = exporters?.Select(id => given.Exporters.FirstOrDefault(e => e.Id == id) ?? new PartSpec(id));
        var edits = new RecipeEdits(catalog, Ranged(given, parsed) with { Exporters = [.. writing ?? []] });
        Change(edits, parsed);
        foreach (var text in parsed.GetValue(_set) ?? [])
        {
            edits.Set(text, isWriting: exporters is not null);
        }

        // The catalogue refuses exporters of this machine in a recipe: they are checked one by one where they are built.
        PartSpec[] written = [.. edits.Recipe.Exporters];
        var recipe = edits.Recipe with { Exporters = [] };
        return catalog.Validate(recipe) is { IsEmpty: false } faults
            ? throw new VettingException(FailureCode.InvalidRequest, $"The recipe '{recipe.Name}' is not valid: {string.Join("; ", faults)}.")
            : (recipe, written);
    }

    private static async Task<Recipe> BaseAsync(string? wanted, CancellationToken ct)
    {
        if (wanted is null)
        {
            return BuiltInRecipes.All[0];
        }

        if (BuiltInRecipes.All.FirstOrDefault(r => r.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            return known;
        }

        if (!File.Exists(wanted))
        {
            throw new VettingException(FailureCode.InvalidRequest,
                $"There is no recipe '{wanted}': neither a file nor one of {string.Join(", ", BuiltInRecipes.All.Select(r => $"'{r.Name}'"))}.");
        }

        try
        {
            return JsonSerializer.Deserialize<Recipe>(await File.ReadAllTextAsync(wanted, ct), PipelineJson.Options)
                ?? throw new JsonException("The file holds no recipe.");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{wanted}: not a usable recipe: {fault.Message}", null, fault);
        }
    }

    private Recipe Ranged(Recipe recipe, ParseResult parsed)
    {
        var range = recipe.Range ?? new RecipeRange();
        range = range with
        {
            FromSeconds = Time(parsed, _from) ?? range.FromSeconds,
            ToSeconds = Time(parsed, _to) ?? range.ToSeconds,
            StartsFast = range.StartsFast || parsed.GetValue(_fast),
        };
        return recipe with { Range = range == new RecipeRange() ? null : range, AnalysisSide = parsed.GetValue(_side) ?? recipe.AnalysisSide };
    }

    private void Change(RecipeEdits edits, ParseResult parsed)
    {
        foreach (var gone in parsed.GetValue(_without) ?? [])
        {
            edits.Remove(gone);
        }

        edits.Choose(PartKind.Sampler, parsed.GetValue(_sampler));
        if (parsed.GetValue(_every) is { } seconds)
        {
            edits.Short(PartKind.Sampler, "every", seconds);
        }

        // Who chooses a sampler chooses what is decoded; a scene list would decode every frame again unless it is asked for as well.
        edits.Choose(PartKind.SceneDetector, parsed.GetValue(_scenes) ?? (parsed.GetValue(_sampler) is null ? null : "none"));
        edits.Add(PartKind.Metric, parsed.GetValue(_metric) ?? []);
        edits.Add(PartKind.Gate, parsed.GetValue(_gate) ?? []);
        edits.Add(PartKind.Moderation, parsed.GetValue(_backend) ?? []);
        edits.Choose(PartKind.Selector, parsed.GetValue(_selector));
        if (parsed.GetValue(_count) is { } count)
        {
            edits.Short(PartKind.Selector, "count", count);
        }

        edits.Short(PartKind.Gate, "min", Pairs(parsed, _min));
        edits.Short(PartKind.Gate, "max", Pairs(parsed, _max));
        edits.Short(PartKind.Metric, "weight", Pairs(parsed, _weight));
    }

    private static double? Time(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        var text when ClockText.TryRead(text, out var seconds) => seconds,
        var text => throw new VettingException(FailureCode.InvalidRequest, $"{option.Name} takes a time such as 12.5, 1:30 or 1:02:03, not '{text}'."),
    };

    private static Dictionary<string, double> Pairs(ParseResult parsed, Option<string[]> option)
    {
        var pairs = new Dictionary<string, double>();
        foreach (var text in parsed.GetValue(option) ?? [])
        {
            if (text.Split('=') is not [{ Length: > 0 } score, var number] || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                throw new VettingException(FailureCode.InvalidRequest, $"{option.Name} takes SCORE=NUMBER, not '{text}'.");
            }

            pairs[score] = value;
        }

        return pairs;
    }
}
