using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary>Changes a recipe step by step as flags ask for it. What the parts and options are it learns from the catalogue.</summary>
internal sealed class RecipeEdits(PartCatalog catalog, Recipe recipe)
{
    /// <summary>The recipe as it is by now.</summary>
    public Recipe Recipe { get; private set; } = recipe;

    /// <summary>Puts another part in the place of which there is one; null changes nothing, the same part keeps its options.</summary>
    public void Choose(PartKind kind, string? id)
    {
        var isNone = id == "none" && kind == PartKind.SceneDetector;
        if (id is not null && (isNone || PartsOf(kind).FirstOrDefault()?.Id != id))
        {
            Replace(kind, isNone ? [] : [new PartSpec(id)]);
        }
    }

    /// <summary>Adds parts that are not there yet, in this order.</summary>
    public void Add(PartKind kind, IEnumerable<string> ids) =>
        Replace(kind, [.. PartsOf(kind), .. ids.Distinct().Where(id => PartsOf(kind).All(p => p.Id != id)).Select(id => new PartSpec(id))]);

    /// <summary>Takes out a part by id or <c>kind.id</c>, or all of a kind.</summary>
    /// <exception cref="VettingException">InvalidRequest: the recipe has no such part.</exception>
    public void Remove(string what)
    {
        PartKind[] kinds = [PartKind.Metric, PartKind.Gate, PartKind.Moderation];
        if (KindWord.Find(what) is { } all)
        {
            Replace(all, kinds.Contains(all) || all == PartKind.SceneDetector ? [] : throw Trouble($"--without takes metrics, gates, backends or scenes out, but a recipe needs a {KindWord.Of(all)}."));
            return;
        }

        var dot = what.IndexOf('.', StringComparison.Ordinal);
        var wanted = dot < 0 ? kinds : KindWord.Find(what[..dot]) is { } kind ? [kind] : throw Trouble(KindWord.Unknown(what[..dot]));
        var id = what[(dot + 1)..];
        if (wanted.All(k => PartsOf(k).All(p => p.Id != id)))
        {
            throw Trouble($"--without {what}: the recipe has no such part ({Suggestion.For(id, wanted.SelectMany(k => PartsOf(k)).Select(p => p.Id))}).");
        }

        foreach (var k in wanted)
        {
            Replace(k, [.. PartsOf(k).Where(p => p.Id != id)]);
        }
    }

    /// <summary>Sets the option that answers to a short flag. Where the chosen part has none, the part that brings it takes its place.</summary>
    /// <exception cref="VettingException">InvalidRequest: no such option in the recipe, and none that could be brought in.</exception>
    public void Short<T>(PartKind kind, string flag, T value)
    {
        var (spec, option) = Answering(kind, flag);
        Put(kind, spec, spec.With(option.Name, value));
    }

    /// <summary>The same for numbers by score; those not named stay. Nothing given changes nothing.</summary>
    /// <exception cref="VettingException">InvalidRequest: as <see cref="Short{T}"/>.</exception>
    public void Short(PartKind kind, string flag, Dictionary<string, double> pairs)
    {
        if (pairs.Count > 0)
        {
            var (spec, option) = Answering(kind, flag);
            Put(kind, spec, Merged(kind, spec, option.Name, pairs));
        }
    }

    /// <summary>Sets an option: <c>sampler.seconds=2</c>, <c>gate.threshold.min.sharpness=20</c>; where a kind has one part only, its id may be left out.</summary>
    /// <exception cref="VettingException">InvalidRequest: not of that form, no such kind, part or option, or no such value.</exception>
    public void Set(string text, bool isWriting)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] path = equals < 1 ? [] : text[..equals].Split('.');
        if (path.Length < 2)
        {
            throw Trouble($"--set takes PART.OPTION=VALUE, e.g. sampler.seconds=2 or gate.threshold.min.sharpness=20, not '{text}'.");
        }

        var kind = KindWord.Find(path[0]) ?? throw Trouble($"--set {text}: {KindWord.Unknown(path[0])}");
        var parts = PartsOf(kind);
        if (parts.IsEmpty)
        {
            throw Trouble(kind == PartKind.Exporter && !isWriting ? $"--set {text}: files are written only with --out DIR." : $"--set {text}: the recipe has no {KindWord.Of(kind)}; choose one first.");
        }

        var named = path.Length > 2 ? parts.FirstOrDefault(p => p.Id == path[1]) : null;
        var spec = named ?? (parts.Length == 1 ? parts[0] : throw Trouble($"--set {text}: say which {KindWord.Of(kind)}: {path[0]}.ID.OPTION=VALUE ({Suggestion.For(path[1], parts.Select(p => p.Id))})."));
        var rest = path[(named is null ? 1 : 2)..];
        Replace(kind, parts.Replace(spec, With(kind, spec, rest, text, text[(equals + 1)..])));
    }

    private PartSpec With(PartKind kind, PartSpec spec, string[] path, string text, string value)
    {
        // An unknown part is for the catalogue to refuse, with the names of the known ones.
        if (catalog.Parts.FirstOrDefault(p => p.Kind == kind && p.Id == spec.Id) is not { } part)
        {
            return spec;
        }

        var option = part.Options.FirstOrDefault(o => o.Name.Equals(path[0], StringComparison.OrdinalIgnoreCase))
            ?? throw Trouble($"--set {text}: {KindWord.Of(kind)} '{spec.Id}' has no option '{path[0]}' ({Suggestion.For(path[0], part.Options.Select(o => o.Name))}).");
        if (path.Length == 2 && option.Kind == PartOptionKind.NumberMap)
        {
            return Merged(kind, spec, option.Name, new() { [path[1]] = OptionText.Number(text, value) });
        }

        return path.Length == 1
            ? spec.With(option.Name, OptionText.Read(option, text, value))
            : throw Trouble($"--set {text}: '{string.Join('.', path)}' goes too deep; the option is '{option.Name}'.");
    }

    private PartSpec Merged(PartKind kind, PartSpec part, string option, Dictionary<string, double> pairs)
    {
        var known = catalog.Parts.First(p => p.Kind == kind && p.Id == part.Id).Options.First(o => o.Name == option).Default;
        var all = (part.Options.TryGetValue(option, out var given) ? given : known).Deserialize<Dictionary<string, double>>()!;
        foreach (var (score, value) in pairs)
        {
            all[score] = value;
        }

        return part.With(option, all);
    }

    // The first part of the recipe that has the option, or the part that brings it.
    private (PartSpec Spec, PartOption Option) Answering(PartKind kind, string flag)
    {
        var known = catalog.Parts.Where(p => p.Kind == kind).SelectMany(p => p.Options.Where(o => o.Flag?.Name == flag).Select(o => (p.Id, Option: o))).ToList();
        foreach (var spec in PartsOf(kind))
        {
            if (known.FirstOrDefault(k => k.Id == spec.Id).Option is { } option)
            {
                return (spec, option);
            }
        }

        return known.FirstOrDefault(k => k.Option.Flag!.BringsPart) is { Option: { } home, Id: var id }
            ? (new PartSpec(id), home)
            : throw Trouble($"--{flag}: {KindWord.Of(kind)} '{PartsOf(kind).FirstOrDefault()?.Id}' has no such option (these have: {string.Join(", ", known.Select(k => k.Id).Distinct())}).");
    }

    // A part that is new takes the place of the only one of its kind, or stands beside the others: a gate in front of them, filters first.
    private void Put(PartKind kind, PartSpec old, PartSpec changed)
    {
        var parts = PartsOf(kind);
        Replace(kind, parts.Contains(old) ? parts.Replace(old, changed)
            : kind is PartKind.Sampler or PartKind.Selector ? [changed]
            : kind == PartKind.Gate ? parts.Insert(0, changed)
            : parts.Add(changed));
    }

    private ImmutableArray<PartSpec> PartsOf(PartKind kind) => kind switch
    {
        PartKind.Sampler => [Recipe.Sampler],
        PartKind.Metric => Recipe.Metrics,
        PartKind.Gate => Recipe.Gates,
        PartKind.Moderation => Recipe.Moderation.Backends,
        PartKind.Selector => [Recipe.Selector],
        PartKind.Exporter => Recipe.Exporters,
        _ => Recipe.Scenes is { } scenes ? [scenes] : [],
    };

    private void Replace(PartKind kind, ImmutableArray<PartSpec> parts) => Recipe = kind switch
    {
        PartKind.Sampler => Recipe with { Sampler = parts[0] },
        PartKind.Metric => Recipe with { Metrics = parts },
        PartKind.Gate => Recipe with { Gates = parts },
        PartKind.Moderation => Recipe with { Moderation = Recipe.Moderation with { Backends = parts } },
        PartKind.Selector => Recipe with { Selector = parts[0] },
        PartKind.Exporter => Recipe with { Exporters = parts },
        _ => Recipe with { Scenes = parts.FirstOrDefault() },
    };

    private static VettingException Trouble(string sentence) => new(FailureCode.InvalidRequest, sentence);
}
