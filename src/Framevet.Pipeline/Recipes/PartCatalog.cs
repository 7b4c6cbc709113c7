using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Pipeline.Recipes;

/// <summary>
/// Finds every <see cref="PartAttribute"/> class and every model of the catalogue of models that scores frames, describes it, validates part specs and builds parts fresh for each run. What a part needs
/// besides its options (first constructor parameter) comes from the services; a part may also ask for the catalogue itself. Thread-safe.
/// </summary>
public sealed class PartCatalog
{
    private readonly IServiceProvider _services;
    private readonly PartIndex? _index;
    private readonly ConcurrentDictionary<string, PartType[]> _found = new(StringComparer.Ordinal);
    private readonly Lazy<PartType[]> _types;
    private readonly Lazy<ModelCatalog?> _catalogue;
    private readonly Lock _gate = new();
    private Known? _known;

    /// <summary>The parts of this assembly; each is looked at when it is first asked for.</summary>
    public PartCatalog(IServiceProvider services)
        : this(services, PartIndex.Read())
    {
    }

    /// <summary>The parts among some classes.</summary>
    /// <exception cref="InvalidOperationException">Two parts of a kind share an id, or a part is malformed.</exception>
    internal PartCatalog(IServiceProvider services, IEnumerable<Type> candidates)
        : this(services, index: null)
    {
        _types = new Lazy<PartType[]>(Read(candidates));
        RefuseDuplicates(_types.Value.Select(t => $"{t.Kind} '{t.Id}'"));
    }

    private PartCatalog(IServiceProvider services, PartIndex? index)
    {
        _services = new PartServices(services, this);
        _index = index;
        _types = new Lazy<PartType[]>(() => index is null ? Read(typeof(PartCatalog).Assembly.GetTypes()) : [.. index.Ids.SelectMany(Found)]);
        _catalogue = new Lazy<ModelCatalog?>(() => services.GetService(typeof(ModelCatalog)) as ModelCatalog);
    }

    /// <summary>All parts, by kind and id.</summary>
    /// <exception cref="InvalidOperationException">Two parts of a kind, or two scores, share an id; or a part is malformed.</exception>
    public ImmutableArray<PartInfo> Parts => Now.Described.Value.Parts;

    /// <summary>All scores that the catalogue's metrics can give, by id.</summary>
    /// <exception cref="InvalidOperationException">Two scores share an id.</exception>
    public ImmutableArray<MetricSpec> Metrics => Now.Described.Value.Metrics;

    /// <summary>Every fault of the recipe as a sentence ("gates[0] threshold: unknown option 'mim' (known: …)"); empty when valid.</summary>
    public ImmutableArray<string> Validate(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new RecipeCheck(this).Faults(recipe);
    }

    /// <summary>Builds one part; <typeparamref name="T"/> is the stage contract.</summary>
    /// <exception cref="VettingException">InvalidRequest for an unknown part or option, or a value out of range.</exception>
    public T Build<T>(PartSpec spec)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(spec);
        var kind = PartType.KindOf(typeof(T));
        var type = Undescribed(kind, spec.Id) is { } found && (spec.Options.IsEmpty || found.StandsAlone) ? found : Find(kind, spec.Id);
        if (type is null)
        {
            throw new VettingException(FailureCode.InvalidRequest, Capital(Unknown(kind, spec.Id)) + ".");
        }

        var faults = type.Faults(spec).ToList();
        return faults.Count == 0
            ? Create<T>(type, spec)
            : throw new VettingException(FailureCode.InvalidRequest, $"{Capital(Word(kind))} '{spec.Id}': {string.Join("; ", faults)}.");
    }

    /// <summary>Name of the option that a short flag sets; null when the part is unknown or has none. Describes that part alone, which is quick.</summary>
    public string? OptionOf(PartKind kind, string id, string flag) => Undescribed(kind, id)?.OptionsType is { } options
        ? PartOptionReader.Properties(options).FirstOrDefault(p => p.GetCustomAttribute<ShortFlagAttribute>()?.Name == flag) is { } property ? PartOptionReader.NameOf(property) : null
        : null;

    /// <summary>Ids of the models that the part, with its options, opens in a run; none for an unknown part.</summary>
    /// <exception cref="VettingException">InvalidRequest for options that cannot be read.</exception>
    public ImmutableArray<string> ModelsOf(PartKind kind, PartSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (Undescribed(kind, spec.Id) is not { } type || !typeof(INeedsModels).IsAssignableFrom(type.Type))
        {
            return [];
        }

        var part = Create<INeedsModels>(type, spec);
        using var held = part as IDisposable;
        return part.ModelIds;
    }

    /// <summary>Whether a part of the recipe opens models, or is none of the built-in ones and may. Told without the catalogue of models, which takes longer to read than a short clip takes to score.</summary>
    public bool MayNeedModels(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Specs().Any(s => BuiltIn(s.Kind, RetiredParts.Current(s.Kind, s.Spec.Id)) is not { } type || typeof(INeedsModels).IsAssignableFrom(type.Type));
    }

    // Models may be added while we run. Reading their manifest and describing every option of every part takes longer than scoring a short clip, and building a part with its defaults
    // needs none of it.
    private Known Now
    {
        get
        {
            var entries = _catalogue.Value?.Entries ?? [];
            lock (_gate)
            {
                if (_known is null || _known.Entries != entries)
                {
                    var models = entries.Select(PartType.Of).OfType<PartType>().Where(t => BuiltIn(t.Kind, t.Id) is null).DistinctBy(t => t.Id).ToDictionary(t => t.Id, StringComparer.Ordinal);
                    _known = new Known(entries, models, new Lazy<Description>(() => Describe(entries, models.Values)));
                }

                return _known;
            }
        }
    }

    private Description Describe(ImmutableArray<ModelEntry> entries, IEnumerable<PartType> models)
    {
        List<PartType> types = [.. _types.Value, .. models];
        RefuseDuplicates(types.Select(t => $"{t.Kind} '{t.Id}'"));
        var outputs = types.ToDictionary(t => t, t => t.Kind == PartKind.Metric ? Create<IMetric>(t, new PartSpec(t.Id)).Outputs : []);
        ImmutableArray<MetricSpec> metrics = [.. outputs.Values.SelectMany(o => o).OrderBy(m => m.Id, StringComparer.Ordinal)];
        RefuseDuplicates(metrics.Select(m => $"score '{m.Id}'"));

        var choices = new PartChoices([.. metrics.Select(m => m.Id)], entries);
        foreach (var (type, given) in outputs)
        {
            type.Describe(given, choices);
        }

        return new Description([.. types.Select(t => t.Info).OrderBy(p => p.Kind).ThenBy(p => p.Id, StringComparer.Ordinal)], metrics);
    }

    /// <summary>Metrics, with their defaults, that must stand before this one because it reads what they give; none of them twice.</summary>
    internal ImmutableArray<PartSpec> Needed(PartSpec metric)
    {
        var inputs = Build<IMetric>(metric) switch
        {
            IFrameMetric frames => frames.Needs,
            IDerivedMetric derived => derived.Inputs,
            _ => [],
        };
        return [.. inputs.Select(score => Parts.FirstOrDefault(p => p.Kind == PartKind.Metric && p.Outputs.Any(o => o.Id == score))).OfType<PartInfo>()
            .Select(p => new PartSpec(p.Id)).SelectMany(spec => (IEnumerable<PartSpec>)[.. Needed(spec), spec]).DistinctBy(spec => spec.Id)];
    }

    /// <summary>Ids of the scores that the recipe's gates and its selector ask for. Parts whose options do not fit ask for nothing.</summary>
    internal ImmutableHashSet<string> MentionedScores(Recipe recipe)
    {
        IEnumerable<(PartKind Kind, PartSpec Spec)> asking = [.. recipe.Gates.Select(g => (PartKind.Gate, g)), (PartKind.Selector, recipe.Selector)];
        return [.. asking.Select(a => (Type: Find(a.Kind, a.Spec.Id), a.Spec)).Where(a => a.Type is not null && !a.Type.Faults(a.Spec).Any()).SelectMany(a => a.Type!.MentionedScores(a.Spec)).Select(m => m.Score)];
    }

    /// <summary>The described part, or null.</summary>
    internal PartType? Find(PartKind kind, string id)
    {
        _ = Now.Described.Value;
        return Undescribed(kind, id);
    }

    private PartType? Undescribed(PartKind kind, string id)
    {
        var current = RetiredParts.Current(kind, id);
        return BuiltIn(kind, current) ?? (kind == PartKind.Metric ? Now.Models.GetValueOrDefault(current) : null);
    }

    private PartType? BuiltIn(PartKind kind, string id) => Array.Find(Found(id), t => t.Kind == kind);

    // Only what there is is kept: ids come from users, too.
    private PartType[] Found(string id)
    {
        if (_found.TryGetValue(id, out var known))
        {
            return known;
        }

        PartType[] found = _index is null ? [.. _types.Value.Where(t => t.Id == id)] : Read(_index.Of(id));
        return found.Length == 0 ? found : _found.GetOrAdd(id, found);
    }

    private static PartType[] Read(IEnumerable<Type> candidates) =>
        [.. candidates.Where(t => t is { IsClass: true, IsAbstract: false } && t.IsDefined(typeof(PartAttribute), inherit: false)).Select(PartType.Read).OfType<PartType>()];

    internal string Unknown(PartKind kind, string id) =>
        $"unknown {Word(kind)} '{id}' ({Suggestion.For(id, Parts.Where(p => p.Kind == kind).Select(p => p.Id))})";

    private static string Word(PartKind kind) => kind switch { PartKind.Moderation => "moderation backend", PartKind.SceneDetector => "scene detector", _ => kind.ToString().ToLowerInvariant() };

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];

    private static void RefuseDuplicates(IEnumerable<string> names)
    {
        var twice = names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        if (twice.Count > 0)
        {
            throw new InvalidOperationException($"Ids must be unique, but there is more than one {string.Join(", ", twice)}.");
        }
    }

    private T Create<T>(PartType type, PartSpec spec)
        where T : class
    {
        var given = type.Model ?? type.ReadOptions(spec);
        var part = given is null
            ? ActivatorUtilities.CreateInstance(_services, type.Type)
            : ActivatorUtilities.CreateInstance(_services, type.Type, given);
        return part as T ?? throw new VettingException(FailureCode.InvalidRequest, $"Part '{spec.Id}' is no {typeof(T).Name}.");
    }

    private sealed record Known(ImmutableArray<ModelEntry> Entries, Dictionary<string, PartType> Models, Lazy<Description> Described);

    private sealed record Description(ImmutableArray<PartInfo> Parts, ImmutableArray<MetricSpec> Metrics);

    // Parts may ask for the catalogue; a service provider that knows nothing of it (tests, tools) must do as well.
    private sealed class PartServices(IServiceProvider services, PartCatalog catalog) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(PartCatalog) ? catalog : services.GetService(serviceType);
    }
}
