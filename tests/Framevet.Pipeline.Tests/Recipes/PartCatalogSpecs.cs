using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Tests.Recipes;

public sealed partial class PartCatalogSpecs
{
    private static readonly PartCatalog Catalog = NoServices.Catalog;

    private static readonly string[] Thread =
    [
        "Sampler/interval", "Sampler/keyframe", "Metric/sharpness", "Metric/edge-strength", "Metric/contrast", "Metric/brightness", "Metric/entropy",
        "Metric/motion", "Metric/quality", "Gate/threshold", "Gate/duplicate", "Moderation/skin-region", "Selector/top", "Selector/diverse",
    ];

    public static TheoryData<PartKind, string> AllParts => new(Catalog.Parts.Select(p => (p.Kind, p.Id)));

    [Theory]
    [InlineData("sharpness", false)]
    [InlineData("quality", false)]
    [InlineData("niqe", true)]
    [InlineData("nima-aesthetic", true)]
    [InlineData("no-such-metric", true)]
    public void Whether_a_recipe_may_need_models_is_told_from_its_parts(string metric, bool expected)
    {
        var recipe = BuiltInRecipes.BestFrames with { Metrics = [new PartSpec(metric)], Gates = [], Moderation = BuiltInRecipes.BestFrames.Moderation with { Backends = [new PartSpec("skin-region")] } };

        // A metric that the catalogue may know, or nobody, counts as one that may need a model.
        Catalog.MayNeedModels(recipe).ShouldBe(expected);
    }

    [Theory]
    [MemberData(nameof(AllParts))]
    public void Every_part_has_id_title_summary_and_described_options(PartKind kind, string id)
    {
        var part = Catalog.Parts.Single(p => p.Kind == kind && p.Id == id);

        part.Id.ShouldMatch("^[a-z][a-z0-9]*(-[a-z0-9]+)*$");
        part.Title.ShouldNotBeNullOrWhiteSpace();
        part.Summary.ShouldEndWith(".");
        foreach (var option in part.Options)
        {
            option.Title.ShouldNotBeNullOrWhiteSpace();
            option.Description.ShouldEndWith(".", customMessage: option.Name);
        }
    }

    [Theory]
    [MemberData(nameof(AllParts))]
    public void Every_part_accepts_its_own_defaults_spelled_out(PartKind kind, string id)
    {
        var part = Catalog.Parts.Single(p => p.Kind == kind && p.Id == id);
        var spec = part.Options.Aggregate(new PartSpec(id), (s, o) => s.With(o.Name, o.Default));

        Catalog.Find(kind, id)!.Faults(spec).ShouldBeEmpty();
    }

    [Fact]
    public void The_index_of_parts_names_the_classes_that_carry_the_attribute_and_no_other()
    {
        var index = PartIndex.Read().ShouldNotBeNull();

        index.Ids.SelectMany(id => index.Of(id).Select(t => (id, t.FullName))).ShouldBe(
            typeof(PartCatalog).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<PartAttribute>().Select(a => (a.Id, t.FullName))), ignoreOrder: true);
        index.Of("no-such-part").ShouldBeEmpty();
    }

    [Fact]
    public void Options_read_without_the_serialiser_are_those_that_it_reads()
    {
        var plain = 0;
        foreach (var part in Catalog.Parts.Where(p => !p.Options.IsEmpty))
        {
            // Every option set to something else than its default, where its kind allows that without asking its range.
            var spec = part.Options.Aggregate(new PartSpec(part.Id), (s, o) => s.With(o.Name, o.Kind switch
            {
                PartOptionKind.Number => JsonElement.Parse("0.1"),
                PartOptionKind.WholeNumber => JsonElement.Parse("7"),
                PartOptionKind.Boolean => JsonElement.Parse(o.Default.GetBoolean() ? "false" : "true"),
                PartOptionKind.Text => JsonElement.Parse("\"é \\u0041\""),
                _ => o.Default,
            }));
            var type = Catalog.Find(part.Kind, part.Id)!.OptionsType!;
            if (PartOptionReader.Plain(type, spec) is { } read)
            {
                plain++;
                JsonSerializer.Serialize(read, type, PipelineJson.Options).ShouldBe(
                    JsonSerializer.Serialize(JsonSerializer.Deserialize(JsonSerializer.Serialize(spec.Options), type, PipelineJson.Options), type, PipelineJson.Options), part.Id);
            }
        }

        plain.ShouldBeGreaterThan(30);
    }

    [Theory]
    [InlineData("seconds", "\"1\"")]
    [InlineData("seconds", "null")]
    [InlineData("second", "1")]
    public void Options_that_do_not_fit_are_left_to_the_serialiser(string name, string json) =>
        PartOptionReader.Plain(typeof(IntervalSamplerOptions), new PartSpec("interval").With(name, JsonElement.Parse(json))).ShouldBeNull();

    [Fact]
    public void Every_score_has_a_range_a_title_and_a_source()
    {
        Catalog.Metrics.ShouldNotBeEmpty();
        Catalog.Metrics.ShouldAllBe(m => m.Min < m.Max && m.Title != "" && m.Source != "");
        Catalog.Metrics.ShouldAllBe(m => KebabCase().IsMatch(m.Id));
    }

    [Fact]
    public void The_parts_of_the_first_thread_are_there()
    {
        Thread.ShouldBeSubsetOf(Catalog.Parts.Select(p => $"{p.Kind}/{p.Id}"));
    }

    [Fact]
    public void Options_are_described_by_their_properties()
    {
        var options = Catalog.Parts.Single(p => p.Id == "top").Options;

        var score = options.Single(o => o.Name == "score");
        score.Kind.ShouldBe(PartOptionKind.Choice);
        score.Choices.ShouldContain("sharpness");
        score.Default.GetString().ShouldBe("quality");
        var gap = options.Single(o => o.Name == "minGapSeconds");
        gap.Kind.ShouldBe(PartOptionKind.Number);
        (gap.Min, gap.Max).ShouldBe((0.0, 3600.0));
        options.Single(o => o.Name == "count").Kind.ShouldBe(PartOptionKind.WholeNumber);
        Catalog.Parts.Single(p => p.Id == "quality").Options.Single().Kind.ShouldBe(PartOptionKind.NumberMap);
    }

    [Fact]
    public void A_part_is_built_with_its_options_and_afresh_each_time()
    {
        var spec = new PartSpec("duplicate").With("maxDistance", 0);

        var first = Catalog.Build<IGate>(spec);
        var second = Catalog.Build<IGate>(spec);

        first.ShouldBeOfType<DuplicateGate>().ShouldNotBeSameAs(second);
        Catalog.Build<ISelector>(new PartSpec("top")).ShouldBeOfType<TopSelector>();
    }

    [Fact]
    public void An_unknown_part_is_refused_with_what_was_probably_meant()
    {
        var error = Should.Throw<VettingException>(() => Catalog.Build<IGate>(new PartSpec("treshold")));

        error.Code.ShouldBe(FailureCode.InvalidRequest);
        error.Message.ShouldMatch("^Unknown gate 'treshold' \\(did you mean 'threshold'\\? known: [a-z, -]*duplicate, [a-z, -]*threshold[a-z, -]*\\)\\.$");
    }

    [Fact]
    public void A_part_of_another_kind_is_unknown() =>
        Should.Throw<VettingException>(() => Catalog.Build<ISampler>(new PartSpec("threshold"))).Code.ShouldBe(FailureCode.InvalidRequest);

    [Theory]
    [InlineData("mim", "{}", "unknown option 'mim' (did you mean 'min'? known: max, min)")]
    [InlineData("min", "5", "min must be an object of numbers, not 5")]
    [InlineData("min", """{"sharpness":"much"}""", "min.sharpness must be a number, not \"much\"")]
    [InlineData("min", """{"sharpnes":1}""", "min has no 'sharpnes' (did you mean 'sharpness'?")]
    public void A_wrong_map_option_is_named(string option, string json, string fault) => FaultsOf(PartKind.Gate, "threshold", option, json).ShouldContain(fault);

    [Theory]
    [InlineData("count", "0", "count is 0, but must lie in 1..10000")]
    [InlineData("count", "2.5", "count must be a whole number, not 2.5")]
    [InlineData("count", "null", "count must be a whole number, not null")]
    [InlineData("percent", "1e400", "percent must be a number, not 1e400")]
    [InlineData("percent", "\"10\"", "percent must be a number, not \"10\"")]
    [InlineData("score", "7", "score must be text, not 7")]
    [InlineData("score", "\"qualty\"", "score cannot be 'qualty' (did you mean 'quality'?")]
    public void A_wrong_option_is_named(string option, string json, string fault) => FaultsOf(PartKind.Selector, "top", option, json).ShouldContain(fault);

    [Fact]
    public void Rules_between_options_are_asked_too() =>
        FaultsOf(PartKind.Metric, "quality", "weights", """{"sharpness":0}""").ShouldContain("at least one weight must be above 0");

    [Fact]
    public void Two_parts_with_one_id_stop_the_start() =>
        Should.Throw<InvalidOperationException>(() => new PartCatalog(new NoServices(), [typeof(GateOne), typeof(GateTwo)]))
            .Message.ShouldContain("Gate 'same'");

    private static string FaultsOf(PartKind kind, string part, string option, string json) =>
        string.Join("; ", Catalog.Find(kind, part)!.Faults(new PartSpec(part).With(option, JsonElement.Parse(json))));

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    private static partial Regex KebabCase();

    [Part("same", "One", "One.")]
    private sealed class GateOne : IGate
    {
        public GateResult Check(Candidate candidate) => GateResult.Passed;
    }

    [Part("same", "Two", "Two.")]
    private sealed class GateTwo : IGate
    {
        public GateResult Check(Candidate candidate) => GateResult.Passed;
    }
}
