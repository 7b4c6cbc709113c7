using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary>The flags that choose and change a recipe; the catalogue checks the outcome.</summary>
internal sealed class RecipeFlags
{
    private readonly Option<string?> _recipe = new("--recipe") { HelpName = "FILE|NAME", Description = "A recipe as JSON file, or the name of a built-in one. Default: the first built-in one." };
    private readonly Option<string?> _sampler = new("--sampler") { HelpName = "ID", Description = "Which frames are scored: interval, keyframe (see 'framevet parts')." };
    private readonly Option<double?> _every = new("--every") { HelpName = "SECONDS", Description = "Score one frame per so many seconds; 0 = every frame." };
    private readonly Option<int?> _count = new("--count") { HelpName = "N", Description = "Most frames to pick." };
    private readonly Option<string?> _select = new("--select") { HelpName = "top|diverse", Description = "How the best are picked." };
    private readonly Option<string[]> _min = new("--min") { HelpName = "SCORE=N", Description = "Drop frames whose score is lower, e.g. --min sharpness=35." };
    private readonly Option<string[]> _max = new("--max") { HelpName = "SCORE=N", Description = "Drop frames whose score is higher." };
    private readonly Option<string[]> _weight = new("--weight") { HelpName = "SCORE=N", Description = "Weight of a score in 'quality', e.g. --weight sharpness=40; scores not named keep theirs." };
    private readonly Option<int?> _side = new("--analysis-side") { HelpName = "PIXELS", Description = "Long side of the picture that is scored, 64..2048." };

    /// <summary>All of them, in the order of the help.</summary>
    public IEnumerable<Option> All => [_recipe, _sampler, _every, _count, _select, _min, _max, _weight, _side];

    /// <summary>The recipe that the command line asks for, valid.</summary>
    /// <exception cref="VettingException">InvalidRequest naming the fault.</exception>
    public async Task<Recipe> ReadAsync(ParseResult parsed, PartCatalog catalog, CancellationToken ct)
    {
        // Files are written by --out here, whatever the recipe says.
        var recipe = Changed(await BaseAsync(parsed.GetValue(_recipe), ct), parsed, catalog) with { Exporters = [] };
        return catalog.Validate(recipe) is { IsEmpty: false } faults
            ? throw new VettingException(FailureCode.InvalidRequest, $"The recipe '{recipe.Name}' is not valid: {string.Join("; ", faults)}.")
            : recipe;
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

    private Recipe Changed(Recipe recipe, ParseResult parsed, PartCatalog catalog)
    {
        if (parsed.GetValue(_sampler) is { } sampler && sampler != recipe.Sampler.Id)
        {
            recipe = recipe with { Sampler = new PartSpec(sampler) };
        }

        if (parsed.GetValue(_every) is { } seconds)
        {
            var isKeyframe = recipe.Sampler.Id == "keyframe";
            recipe = recipe with { Sampler = isKeyframe ? recipe.Sampler.With("minGapSeconds", seconds) : new PartSpec("interval").With("seconds", seconds) };
        }

        if (parsed.GetValue(_select) is { } selector && selector != recipe.Selector.Id)
        {
            recipe = recipe with { Selector = new PartSpec(selector) };
        }

        if (parsed.GetValue(_count) is { } count)
        {
            recipe = recipe with { Selector = recipe.Selector.With("count", count) };
        }

        if (parsed.GetValue(_side) is { } side)
        {
            recipe = recipe with { AnalysisSide = side };
        }

        return Weighted(Bounded(Bounded(recipe, "min", Pairs(parsed, _min)), "max", Pairs(parsed, _max)), Pairs(parsed, _weight), catalog);
    }

    // A bound of the same score in the recipe gives way to that of the command line.
    private static Recipe Bounded(Recipe recipe, string bound, Dictionary<string, double> pairs)
    {
        if (pairs.Count == 0)
        {
            return recipe;
        }

        var gate = recipe.Gates.FirstOrDefault(g => g.Id == "threshold");
        var changed = Merged(gate ?? new PartSpec("threshold"), bound, pairs, []);
        return recipe with { Gates = gate is null ? recipe.Gates.Insert(0, changed) : recipe.Gates.Replace(gate, changed) };
    }

    private static Recipe Weighted(Recipe recipe, Dictionary<string, double> pairs, PartCatalog catalog)
    {
        if (pairs.Count == 0)
        {
            return recipe;
        }

        var defaults = catalog.Parts.First(p => p is { Kind: PartKind.Metric, Id: "quality" }).Options.First(o => o.Name == "weights").Default.Deserialize<Dictionary<string, double>>()!;
        var metric = recipe.Metrics.FirstOrDefault(m => m.Id == "quality");
        var changed = Merged(metric ?? new PartSpec("quality"), "weights", pairs, defaults);
        return recipe with { Metrics = metric is null ? recipe.Metrics.Add(changed) : recipe.Metrics.Replace(metric, changed) };
    }

    private static PartSpec Merged(PartSpec part, string option, Dictionary<string, double> pairs, Dictionary<string, double> defaults)
    {
        var all = part.Options.TryGetValue(option, out var given) ? given.Deserialize<Dictionary<string, double>>()! : defaults;
        foreach (var (score, value) in pairs)
        {
            all[score] = value;
        }

        return part.With(option, all);
    }

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
