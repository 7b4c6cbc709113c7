using System.Collections.Immutable;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Recipes;

/// <summary>Collects every fault of one recipe. One use each.</summary>
internal sealed class RecipeCheck(PartCatalog catalog)
{
    private const int MinSide = 64;
    private const int MaxSide = 2048;
    private const int MaxSeconds = 1_000_000;

    private readonly List<string> _faults = [];

    /// <summary>Faults in the order of the recipe, each a sentence with its place.</summary>
    public ImmutableArray<string> Faults(Recipe recipe)
    {
        if (string.IsNullOrWhiteSpace(recipe.Name))
        {
            _faults.Add("name: the recipe needs a name");
        }

        if (recipe.AnalysisSide is not 0 and (< MinSide or > MaxSide))
        {
            _faults.Add($"analysisSide is {recipe.AnalysisSide}, but must lie in {MinSide}..{MaxSide}, or be 0 for the size of the source");
        }

        Range(recipe.Range);
        Parts(PartKind.Sampler, "sampler", recipe.Sampler);
        if (recipe.Scenes is not null)
        {
            Parts(PartKind.SceneDetector, "scenes", recipe.Scenes);
        }

        var metrics = Parts(PartKind.Metric, "metrics", recipe.Metrics);
        if (recipe.Metrics.IsDefaultOrEmpty)
        {
            _faults.Add("metrics: the recipe needs at least one metric");
        }

        var given = metrics.SelectMany(m => m.Type.Info.Outputs).Select(o => o.Id).ToHashSet();
        var gates = Parts(PartKind.Gate, "gates", recipe.Gates);
        Moderation(recipe.Moderation);
        var selector = Parts(PartKind.Selector, "selector", recipe.Selector);
        Parts(PartKind.Exporter, "exporters", recipe.Exporters);

        DerivedInputs(metrics, given);
        Needs(metrics, given, p => catalog.Build<IMetric>(p) is IFrameMetric metric ? metric.Needs : []);
        Needs(gates, given, p => catalog.Build<IGate>(p).Needs);
        MentionedScores([.. metrics, .. gates, .. selector], given);
        return [.. _faults];
    }

    private List<SoundPart> Parts(PartKind kind, string place, ImmutableArray<PartSpec> specs)
    {
        if (specs.IsDefault)
        {
            return [];
        }

        foreach (var twice in specs.Where(s => s is not null).GroupBy(s => s.Id).Where(g => g.Count() > 1))
        {
            _faults.Add($"{place}: '{twice.Key}' is named {twice.Count()} times");
        }

        return [.. specs.SelectMany((spec, i) => Parts(kind, $"{place}[{i}]", spec))];
    }

    private List<SoundPart> Parts(PartKind kind, string place, PartSpec? spec)
    {
        if (spec is null || string.IsNullOrWhiteSpace(spec.Id))
        {
            _faults.Add($"{place}: no part is named");
            return [];
        }

        if (catalog.Find(kind, spec.Id) is not { } type)
        {
            _faults.Add($"{place}: {catalog.Unknown(kind, spec.Id)}");
            return [];
        }

        if (type.Info.IsLocal)
        {
            _faults.Add($"{place} {spec.Id}: is for the command line only");
            return [];
        }

        var faults = type.Faults(spec).Select(f => $"{place} {spec.Id}: {f}").ToList();
        _faults.AddRange(faults);
        return faults.Count == 0 ? [new SoundPart($"{place} {spec.Id}", type, spec)] : [];
    }

    private void Moderation(ModerationRecipe? moderation)
    {
        if (moderation is null)
        {
            _faults.Add("moderation: not named; an empty list of backends sends everything to people");
            return;
        }

        Parts(PartKind.Moderation, "moderation.backends", moderation.Backends);
        Band("moderation.defaultBand", moderation.DefaultBand);
        if (moderation.Cascade is not { MaxCalls: >= 1 and <= 1000, FramesPerGrid: >= 1 and <= 16, MaxCallsAlone: >= 1 and <= 1000 })
        {
            _faults.Add("moderation.cascade: needs 1 ≤ maxCalls ≤ 1000, 1 ≤ framesPerGrid ≤ 16, 1 ≤ maxCallsAlone ≤ 1000");
        }

        foreach (var (label, band) in moderation.Bands ?? ImmutableSortedDictionary<string, LabelBand>.Empty)
        {
            if (LabelTree.Find(label) is null)
            {
                _faults.Add($"moderation.bands: unknown label '{label}' ({Suggestion.For(label, LabelTree.All.Select(l => l.Id))})");
            }

            Band($"moderation.bands {label}", band);
        }
    }

    private void Range(RecipeRange? range)
    {
        // Written so that NaN fails.
        if (range is not null && !(range.FromSeconds >= 0 && range.FromSeconds <= MaxSeconds && (range.ToSeconds is not { } to || (to > range.FromSeconds && to <= MaxSeconds))))
        {
            _faults.Add($"range: needs 0 ≤ fromSeconds < toSeconds ≤ {MaxSeconds}");
        }
    }

    private void Band(string place, LabelBand? band)
    {
        // Written so that NaN fails.
        if (band is null || !(band.AllowBelow >= 0 && band.AllowBelow <= 1 && band.BlockFrom >= band.AllowBelow && double.IsFinite(band.BlockFrom)))
        {
            _faults.Add($"{place}: needs 0 ≤ allowBelow ≤ 1 and allowBelow ≤ blockFrom");
        }
    }

    private void DerivedInputs(List<SoundPart> metrics, HashSet<string> given)
    {
        foreach (var part in metrics.Where(m => typeof(IDerivedMetric).IsAssignableFrom(m.Type.Type)))
        {
            var inputs = catalog.Build<IDerivedMetric>(part.Spec).Inputs;
            _faults.AddRange(inputs.Where(i => !given.Contains(i)).Select(i => $"{part.Place}: reads score '{i}', which no chosen metric gives"));
        }
    }

    private void Needs(List<SoundPart> parts, HashSet<string> given, Func<PartSpec, ImmutableArray<string>> of) =>
        _faults.AddRange(parts.SelectMany(p => of(p.Spec).Where(n => !given.Contains(n)).Select(n => $"{p.Place}: needs the score '{n}', which no chosen metric gives{Giver(n)}")));

    private string Giver(string score) =>
        catalog.Parts.FirstOrDefault(p => p.Kind == PartKind.Metric && p.Outputs.Any(o => o.Id == score)) is { } part ? $" (add '{part.Id}')" : "";

    private void MentionedScores(IEnumerable<SoundPart> parts, HashSet<string> given) =>
        _faults.AddRange(parts.SelectMany(p => p.Type.MentionedScores(p.Spec)
            .Where(m => !given.Contains(m.Score))
            .Select(m => $"{p.Place}: {m.Option} names '{m.Score}', a score that no chosen metric gives ({Suggestion.For(m.Score, given)})")));

    /// <summary>A part whose own options are in order.</summary>
    private sealed record SoundPart(string Place, PartType Type, PartSpec Spec);
}
