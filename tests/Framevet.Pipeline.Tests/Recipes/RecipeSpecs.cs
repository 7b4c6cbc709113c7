using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Tests.Recipes;

public sealed class RecipeSpecs
{
    private static readonly PartCatalog Catalog = NoServices.Catalog;

    // Exporters have their own tests.
    private static readonly Recipe Valid = BuiltInRecipes.BestFrames with { Exporters = [] };

    public static TheoryData<string> BuiltIn => [.. BuiltInRecipes.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void A_built_in_recipe_is_valid(string name) =>
        Catalog.Validate(BuiltInRecipes.All.Single(r => r.Name == name)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void A_recipe_survives_JSON(string name)
    {
        var json = JsonSerializer.Serialize(BuiltInRecipes.All.Single(r => r.Name == name), PipelineJson.Options);

        var back = JsonSerializer.Deserialize<Recipe>(json, PipelineJson.Options)!;

        JsonSerializer.Serialize(back, PipelineJson.Options).ShouldBe(json);
        back.Sampler.Id.ShouldBe(BuiltInRecipes.All.Single(r => r.Name == name).Sampler.Id);
    }

    [Fact]
    public void A_part_for_the_command_line_is_refused_in_a_recipe() =>
        Catalog.Validate(Valid with { Exporters = [new("folder")] }).ShouldHaveSingleItem().ShouldContain("command line only");

    [Fact]
    public void Built_in_settings_survive_JSON_and_name_a_default_they_contain()
    {
        var json = JsonSerializer.Serialize(VettingSettings.BuiltIn, PipelineJson.Options);

        var back = JsonSerializer.Deserialize<VettingSettings>(json, PipelineJson.Options)!;

        JsonSerializer.Serialize(back, PipelineJson.Options).ShouldBe(json);
        back.Recipes.Select(r => r.Name).ShouldContain(back.DefaultRecipe);
        back.Recipes.Select(r => r.Name).ShouldBeUnique();
    }

    [Fact]
    public void Unknown_members_are_refused()
    {
        var json = JsonSerializer.Serialize(Valid, PipelineJson.Options).Replace("\"sampler\"", "\"smapler\"", StringComparison.Ordinal);

        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Recipe>(json, PipelineJson.Options));
    }

    [Fact]
    public void A_part_without_options_takes_its_defaults()
    {
        var spec = JsonSerializer.Deserialize<PartSpec>("""{"id":"interval"}""", PipelineJson.Options)!;

        spec.Options.ShouldBeEmpty();
        Catalog.Validate(Valid with { Sampler = spec }).ShouldBeEmpty();
    }

    [Fact]
    public void The_recipe_these_tests_vary_is_valid() => Catalog.Validate(Valid).ShouldBeEmpty();

    [Fact]
    public void Every_fault_is_named_with_its_place()
    {
        var recipe = Valid with
        {
            Name = " ",
            AnalysisSide = 10,
            Sampler = new PartSpec("intervall"),
            Metrics = [new PartSpec("sharpness"), new PartSpec("sharpness"), new PartSpec("quality")],
            Gates = [new PartSpec("threshold").With("mim", 1)],
            Selector = new PartSpec("top").With("count", 0),
        };

        var faults = Catalog.Validate(recipe);

        faults.ShouldContain("name: the recipe needs a name");
        faults.ShouldContain("analysisSide is 10, but must lie in 64..2048, or be 0 for the size of the source");
        faults.ShouldContain(f => f.StartsWith("sampler: unknown sampler 'intervall' (did you mean 'interval'? known: ", StringComparison.Ordinal) && f.Contains(", keyframe", StringComparison.Ordinal));
        faults.ShouldContain("metrics: 'sharpness' is named 2 times");
        faults.ShouldContain("metrics[2] quality: reads score 'entropy', which no chosen metric gives");
        faults.ShouldContain("gates[0] threshold: unknown option 'mim' (did you mean 'min'? known: max, min)");
        faults.ShouldContain("selector top: count is 0, but must lie in 1..10000");
    }

    [Theory]
    [InlineData("names", "{stem}_{tiem}", "names: '{stem}_{tiem}' is no template for file names: there is no field {tiem} (known: ")]
    [InlineData("names", "a/b", "names: 'a/b' is no template for file names: it has a character")]
    [InlineData("names", ".{stem}", "names: '.{stem}' is no template for file names: names that begin with a dot")]
    [InlineData("crops", "16:9, 4x3", "crops: '4x3' is no aspect ratio: write it as 16:9")]
    public void Texts_that_an_exporter_cannot_use_are_refused_with_the_recipe(string option, string text, string says) =>
        Catalog.Validate(Valid with { Exporters = [new PartSpec("zip").With(option, text)] }).ShouldHaveSingleItem().ShouldStartWith($"exporters[0] zip: {says}");

    [Fact]
    public void A_recipe_without_metrics_is_refused() =>
        Catalog.Validate(Valid with { Metrics = [] }).ShouldContain("metrics: the recipe needs at least one metric");

    [Fact]
    public void A_gate_or_selector_may_only_name_scores_that_a_chosen_metric_gives()
    {
        var recipe = Valid with
        {
            Metrics = [new PartSpec("brightness")],
            Gates = [new PartSpec("threshold").With("max", new Dictionary<string, double> { ["sharpness"] = 5 })],
        };

        var faults = Catalog.Validate(recipe);

        faults.ShouldContain("gates[0] threshold: max names 'sharpness', a score that no chosen metric gives (known: brightness)");
        faults.ShouldContain("selector diverse: score names 'quality', a score that no chosen metric gives (known: brightness)");
    }

    [Fact]
    public void A_derived_metric_reads_only_what_has_a_weight()
    {
        var quality = new PartSpec("quality").With("weights", new Dictionary<string, double> { ["brightness"] = 1, ["entropy"] = 0 });

        Catalog.Validate(Valid with { Metrics = [new PartSpec("brightness"), quality], Gates = [] }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0.5, 0.4)]
    [InlineData(-0.1, 0.4)]
    [InlineData(1.1, 1.2)]
    [InlineData(double.NaN, 0.4)]
    [InlineData(0.1, double.NaN)]
    public void Bands_out_of_order_are_refused(double allowBelow, double blockFrom)
    {
        var moderation = Valid.Moderation with { Bands = Valid.Moderation.Bands.SetItem("hate", new LabelBand(allowBelow, blockFrom)) };

        Catalog.Validate(Valid with { Moderation = moderation }).ShouldHaveSingleItem().ShouldStartWith("moderation.bands hate: ");
    }

    [Fact]
    public void A_band_for_an_unknown_label_is_refused()
    {
        var moderation = Valid.Moderation with { Bands = ImmutableSortedDictionary<string, LabelBand>.Empty.Add("nudity/explict", new LabelBand(0, 1)) };

        Catalog.Validate(Valid with { Moderation = moderation }).ShouldHaveSingleItem().ShouldContain("did you mean 'nudity/explicit'?");
    }

    [Fact]
    public void A_recipe_without_a_backend_is_valid_since_people_look_then() =>
        Catalog.Validate(Valid with { Moderation = Valid.Moderation with { Backends = [] } }).ShouldBeEmpty();
}
