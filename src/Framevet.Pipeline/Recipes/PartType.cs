using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Scoring.Onnx.Heads;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Recipes;

/// <summary>One discovered class with its description.</summary>
internal sealed class PartType
{
    private static readonly (Type Contract, PartKind Kind)[] Contracts =
    [
        (typeof(ISampler), PartKind.Sampler),
        (typeof(IMetric), PartKind.Metric),
        (typeof(IGate), PartKind.Gate),
        (typeof(IModerationBackend), PartKind.Moderation),
        (typeof(ISelector), PartKind.Selector),
        (typeof(IExporter), PartKind.Exporter),
        (typeof(ISceneDetector), PartKind.SceneDetector),
    ];

    private readonly Lazy<ImmutableArray<PartOption>> _alone;

    private PartType(Type type, PartAttribute attribute, PartKind kind, Type? optionsType, ModelEntry? model = null)
    {
        Type = type;
        OptionsType = optionsType;
        Model = model;
        Info = new PartInfo(kind, attribute.Id, attribute.Title, attribute.Summary, [], [], attribute.IsLocal);
        _alone = new Lazy<ImmutableArray<PartOption>>(() => PartOptionReader.Describe(OptionsType, new PartChoices([], [])));
    }

    /// <summary>The class.</summary>
    public Type Type { get; }

    /// <summary>Its options record: the first constructor parameter when that is a type of this assembly named <c>…Options</c>; else null.</summary>
    public Type? OptionsType { get; }

    /// <summary>The model that the part is about, for parts that exist once per entry of the catalogue of models; else null.</summary>
    public ModelEntry? Model { get; }

    /// <summary>What it is.</summary>
    public PartKind Kind => Info.Kind;

    /// <summary>Its id.</summary>
    public string Id => Info.Id;

    /// <summary>What forms and lists need; without options and scores until <see cref="Describe"/>.</summary>
    public PartInfo Info { get; private set; }

    /// <summary>Reads the attributes of a class, or null when it is no part.</summary>
    /// <exception cref="InvalidOperationException">It fulfils no stage contract, or more than one.</exception>
    public static PartType? Read(Type type)
    {
        if (type.GetCustomAttribute<PartAttribute>() is not { } attribute)
        {
            return null;
        }

        var kinds = Contracts.Where(c => c.Contract.IsAssignableFrom(type)).Select(c => c.Kind).ToList();
        if (kinds.Count != 1)
        {
            throw new InvalidOperationException($"Part {type.Name} must fulfil exactly one stage contract, but fulfils {kinds.Count}.");
        }

        var first = type.GetConstructors().SelectMany(c => c.GetParameters().Take(1)).Select(p => p.ParameterType).FirstOrDefault();
        var isOptions = first is { IsGenericType: false, IsClass: true } && first.Assembly == type.Assembly && first.Name.EndsWith("Options", StringComparison.Ordinal);
        return new PartType(type, attribute, kinds[0], isOptions ? first : null);
    }

    /// <summary>The part that scores frames with a model of the catalogue; null when the model gives no scores by itself.</summary>
    public static PartType? Of(ModelEntry entry) => !ModelMetric.Serves(entry) && !VectorMetric.Serves(entry) ? null
        : new PartType(ModelMetric.Serves(entry) ? typeof(ModelMetric) : typeof(VectorMetric), new PartAttribute(HeadScores.ScoreId(entry), entry.Title, Summary(entry)), PartKind.Metric, null, entry);

    private static string Summary(ModelEntry entry) => entry.Task switch
    {
        ModelTask.Aesthetic => "How pleasing the picture is, by a neural network.",
        ModelTask.Technical => "How well made the picture is, by a neural network.",
        ModelTask.Safety => "How likely the picture shows what must not be shown, as scores; for verdicts use the moderation backend.",
        _ => "What a neural network says of the picture.",
    };

    /// <summary>The kind that goes with a stage contract, e.g. <see cref="IFrameMetric"/>.</summary>
    public static PartKind KindOf(Type contract)
    {
        var match = Contracts.FirstOrDefault(c => c.Contract.IsAssignableFrom(contract));
        return match.Contract is null ? throw new ArgumentException($"{contract.Name} is no stage contract.", nameof(contract)) : match.Kind;
    }

    /// <summary>Completes the description; needs the scores of all metrics, since options may offer them as choices.</summary>
    public void Describe(ImmutableArray<MetricSpec> outputs, PartChoices choices) =>
        Info = Info with { Options = PartOptionReader.Describe(OptionsType, choices), Outputs = outputs };

    /// <summary>Whether nothing else has to be described to know the options: none of them offers scores or models.</summary>
    public bool StandsAlone => OptionsType is null || !PartOptionReader.Properties(OptionsType).Any(p => p.IsDefined(typeof(ScoreNameAttribute)) || p.IsDefined(typeof(ModelNameAttribute)));

    /// <summary>Every fault of the options as a sentence without its place; empty when they fit. The part has been described, or stands alone.</summary>
    public IEnumerable<string> Faults(PartSpec spec)
    {
        var faults = new List<string>();
        var known = Info.Options.IsEmpty && !spec.Options.IsEmpty ? _alone.Value : Info.Options;
        foreach (var (name, value) in spec.Options)
        {
            var option = known.FirstOrDefault(o => o.Name == name);
            faults.AddRange(option is null
                ? [$"unknown option '{name}' ({Suggestion.For(name, known.Select(o => o.Name))})"]
                : PartOptionCheck.Faults(option, value));
        }

        // Rules between options can only be asked once each of them is sound.
        if (faults.Count == 0 && ReadOptions(spec) is IValidatableObject rules)
        {
            faults.AddRange(rules.Validate(new ValidationContext(rules)).Select(r => r.ErrorMessage ?? "the options contradict each other"));
        }

        return faults;
    }

    /// <summary>Names of all scores that the options mention, with the option that does.</summary>
    public IEnumerable<(string Option, string Score)> MentionedScores(PartSpec spec)
    {
        if (OptionsType is null)
        {
            yield break;
        }

        var options = ReadOptions(spec);
        foreach (var property in PartOptionReader.Properties(OptionsType).Where(p => p.IsDefined(typeof(ScoreNameAttribute))))
        {
            var scores = property.GetValue(options) switch
            {
                string score => [score],
                ImmutableSortedDictionary<string, double> map => map.Keys,
                _ => Enumerable.Empty<string>(),
            };
            foreach (var score in scores)
            {
                yield return (PartOptionReader.NameOf(property), score);
            }
        }
    }

    /// <summary>The options record filled from the spec; null when the part has none.</summary>
    public object? ReadOptions(PartSpec spec)
    {
        if (OptionsType is null)
        {
            return null;
        }

        if (spec.Options.IsEmpty)
        {
            return Activator.CreateInstance(OptionsType);
        }

        if (PartOptionReader.Plain(OptionsType, spec) is { } plain)
        {
            return plain;
        }

        var json = new JsonObject(spec.Options.Select(o => KeyValuePair.Create(o.Key, JsonSerializer.SerializeToNode(o.Value))));
        return json.Deserialize(OptionsType, PipelineJson.Options);
    }
}
