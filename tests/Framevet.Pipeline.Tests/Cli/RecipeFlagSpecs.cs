using System.CommandLine;
using Framevet.Cli.Commands;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Pipeline.Tests.Cli;

/// <summary>Flags of <c>framevet vet</c> against the catalogue: every part and option, whatever there is.</summary>
public sealed class RecipeFlagSpecs(CliClips clips) : IClassFixture<CliClips>
{
    private static readonly PartCatalog Catalog = new(new ServiceCollection().AddAnalysis().BuildServiceProvider());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_option_of_every_part_can_be_set_to_its_default_by_flag()
    {
        foreach (var part in Catalog.Parts)
        {
            string[] choice = part.Kind switch
            {
                PartKind.Sampler => ["--sampler", part.Id],
                PartKind.SceneDetector => ["--scenes", part.Id],
                PartKind.Metric => [.. Inputs(part.Id).SelectMany(i => (string[])["--metric", i]), "--metric", part.Id],
                PartKind.Gate => [.. Givers(Catalog.Build<IGate>(new PartSpec(part.Id)).Needs).SelectMany(i => (string[])["--metric", i]), "--gate", part.Id],
                PartKind.Moderation => ["--backend", part.Id],
                PartKind.Selector => ["--selector", part.Id],
                _ => [],
            };
            foreach (var option in part.Options)
            {
                var value = option.Kind == PartOptionKind.NumberMap
                    ? string.Join(',', option.Default.EnumerateObject().Select(p => $"{p.Name}:{p.Value.GetRawText()}"))
                    : option.Default.ValueKind == System.Text.Json.JsonValueKind.String ? option.Default.GetString()! : option.Default.GetRawText();
                var flags = new RecipeFlags();
                var (recipe, exporters) = await flags.ReadAsync(Parse(flags, [.. choice, "--set", $"{KindWord.Of(part.Kind)}.{part.Id}.{option.Name}={value}"]), Catalog, [part.Kind == PartKind.Exporter ? part.Id : "folder"], Ct);

                var spec = All(recipe, exporters).Single(s => s.Kind == part.Kind && s.Spec.Id == part.Id).Spec;
                System.Text.Json.JsonElement.DeepEquals(spec.Options[option.Name], option.Default).ShouldBeTrue($"{part.Kind} {part.Id} {option.Name}: {spec.Options[option.Name]}");
            }
        }
    }

    // A metric that is made of other scores needs the parts that give them.
    private static IEnumerable<string> Inputs(string metric) => Catalog.Build<IMetric>(new PartSpec(metric)) switch
    {
        IDerivedMetric derived => Givers(derived.Inputs),
        IFrameMetric frame => Givers(frame.Needs),
        _ => [],
    };

    private static IEnumerable<string> Givers(IEnumerable<string> scores) => scores.Select(i => Catalog.Parts.Single(p => p.Outputs.Any(o => o.Id == i)).Id).Distinct();

    [Fact]
    public async Task Stretch_size_parts_and_bounds_come_from_flags()
    {
        var recipe = await ReadAsync("--from", "0:10", "--to", "1:00", "--fast-start", "--side", "0", "--sampler", "keyframe", "--set", "sampler.minGapSeconds=2",
            "--without", "duplicate", "--selector", "top", "--count", "3", "--min", "sharpness=40", "--set", "gate.threshold.max.brightness=90", "--set", "metric.quality.weights.entropy=0");

        recipe.Range.ShouldBe(new RecipeRange(10, 60, true));
        recipe.AnalysisSide.ShouldBe(0);
        recipe.Sampler.Options["minGapSeconds"].GetDouble().ShouldBe(2);
        recipe.Gates.ShouldHaveSingleItem().Options["min"].GetProperty("sharpness").GetDouble().ShouldBe(40);
        recipe.Gates[0].Options["max"].GetProperty("brightness").GetDouble().ShouldBe(90);
        recipe.Selector.Id.ShouldBe("top");
        recipe.Selector.Options["count"].GetInt32().ShouldBe(3);
        recipe.Metrics.Single(m => m.Id == "quality").Options["weights"].EnumerateObject().Count().ShouldBeGreaterThan(1, "weights that are not named stay");
    }

    [Fact]
    public async Task A_short_flag_sets_the_option_of_whatever_part_has_it()
    {
        foreach (var (part, option) in Catalog.Parts.Where(p => p.Kind == PartKind.Sampler).SelectMany(p => p.Options.Where(o => o.Flag?.Name == "every").Select(o => (p, o))))
        {
            var sampler = (await ReadAsync("--sampler", part.Id, "--every", "7")).Sampler;
            (sampler.Id, sampler.Options[option.Name].GetDouble()).ShouldBe((part.Id, 7));
        }

        foreach (var part in Catalog.Parts.Where(p => p.Kind == PartKind.Selector))
        {
            (await ReadAsync("--selector", part.Id, "--count", "7")).Selector.Options.ShouldContainKey("count", part.Id);
        }

        (await ReadAsync("--sampler", "all", "--every", "2")).Sampler.ShouldSatisfyAllConditions(s => s.Id.ShouldBe("interval"), s => s.Options["seconds"].GetDouble().ShouldBe(2));
        var niqe = await ReadAsync("--without", "quality", "--metric", "niqe", "--metric", "quality-niqe", "--weight", "niqe=50", "--selector", "top", "--set", "selector.score=quality-niqe");
        niqe.Metrics.Single(m => m.Id == "quality-niqe").Options["weights"].GetProperty("niqe").GetDouble().ShouldBe(50);
        niqe.Metrics.ShouldNotContain(m => m.Id == "quality", "the weights belong to the formula that is there");
        (await ReadAsync("--without", "gates", "--max", "brightness=90")).Gates.ShouldHaveSingleItem().Id.ShouldBe("threshold");
    }

    [Fact]
    public void No_two_parts_of_a_kind_bring_the_same_short_flag() =>
        Catalog.Parts.SelectMany(p => p.Options.Where(o => o.Flag is { BringsPart: true }).Select(o => (p.Kind, o.Flag!.Name))).ShouldBeUnique();

    [Fact]
    public async Task Parts_are_taken_out_one_by_one_or_by_kind()
    {
        (await ReadAsync("--without", "gates")).Gates.ShouldBeEmpty();
        (await ReadAsync("--without", "gate.duplicate")).Gates.Select(g => g.Id).ShouldBe(["threshold"]);
        (await ReadAsync("--without", "gates", "--gate", "duplicate")).Gates.Select(g => g.Id).ShouldBe(["duplicate"]);
        (await ReadAsync("--scenes", "none")).Scenes.ShouldBeNull();
    }

    [Theory]
    [InlineData("--sampler", "intervall", "did you mean 'interval'")]
    [InlineData("--metric", "sharpnes", "did you mean 'sharpness'")]
    [InlineData("--set", "sampler.second=3", "did you mean 'seconds'")]
    [InlineData("--set", "smpler.seconds=3", "did you mean 'sampler'")]
    [InlineData("--set", "gate.thresold.min.sharpness=3", "did you mean 'threshold'")]
    [InlineData("--set", "sampler.seconds=soon", "no number")]
    [InlineData("--set", "selector.count=1.5", "whole number")]
    [InlineData("--set", "selector.count=0", "must lie in")]
    [InlineData("--set", "sampler", "PART.OPTION=VALUE")]
    [InlineData("--set", "exporter.format=png", "--out")]
    [InlineData("--weight", "sharp=3", "weights has no 'sharp'")]
    [InlineData("--without", "duplicat", "did you mean 'duplicate'")]
    [InlineData("--without", "sampler", "needs a sampler")]
    [InlineData("--from", "1:75", "such as")]
    [InlineData("--side", "20", "64..2048")]
    public async Task What_cannot_be_is_named_with_what_could(string flag, string value, string says) =>
        (await Should.ThrowAsync<VettingException>(() => ReadAsync(flag, value))).Message.ShouldContain(says);

    [Fact]
    public async Task Parts_are_listed_by_kind_and_id_and_recipes_by_name()
    {
        var gates = await FramevetProgram.RunAsync(["parts", "gates", "--json"], Ct);
        var one = await FramevetProgram.RunAsync(["parts", "gate", "duplicate"], Ct);
        var wrong = await FramevetProgram.RunAsync(["parts", "gate", "duplicat"], Ct);
        var recipes = await FramevetProgram.RunAsync(["recipes", "--json"], Ct);

        gates.Json.EnumerateArray().ShouldAllBe(p => p.GetProperty("kind").GetString() == "gate");
        one.Output.ShouldContain("window = 30");
        (wrong.Code, wrong.ErrorLines[0].Contains("did you mean 'duplicate'", StringComparison.Ordinal)).ShouldBe((2, true), wrong.Errors);
        recipes.Json.EnumerateArray().Select(r => r.GetProperty("name").GetString()).ShouldBe(BuiltInRecipes.All.Select(r => r.Name));
    }

    [Fact]
    public async Task The_list_of_parts_names_every_part_with_all_its_options_and_scores()
    {
        var list = await FramevetProgram.RunAsync(["parts", "--json"], Ct);

        list.Code.ShouldBe(0, list.Errors);
        // The program knows the models of its catalogue, too, which are metrics of their own.
        Catalog.Parts.Select(p => $"{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(p.Kind.ToString())} {p.Id}: {string.Join(' ', p.Options.Select(o => o.Name))}; {string.Join(' ', p.Outputs.Select(o => o.Id))}")
            .ShouldBeSubsetOf(list.Json.EnumerateArray().Select(p => $"{p.GetProperty("kind").GetString()} {p.GetProperty("id").GetString()}: {string.Join(' ', Names(p, "options", "name"))}; {string.Join(' ', Names(p, "outputs", "id"))}"));

        static IEnumerable<string?> Names(System.Text.Json.JsonElement part, string list, string name) => part.GetProperty(list).EnumerateArray().Select(e => e.GetProperty(name).GetString());
    }

    [Fact]
    public async Task Trap_31_A_file_is_found_whatever_the_case_of_its_ending_and_one_that_fails_is_named_and_stops_nobody()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["deep"]);
        File.Copy(clips.Clean, folder["deep/Loud.MP4"]);
        File.Copy(clips.Clean, folder["last.Mp4"]);
        folder.Write("broken.MOV", "no film at all"u8);

        var end = await FramevetProgram.RunAsync(["vet", folder.Path, "--json", "--every", "3"], Ct);

        end.Json.EnumerateArray().Select(r => (Path.GetFileName(r.GetProperty("file").GetString()), r.GetProperty("result").GetString()))
            .ShouldBe([("broken.MOV", "badInput"), ("Loud.MP4", "clean"), ("last.Mp4", "clean")]);
        end.Code.ShouldBe(2);
        end.ErrorLines.ShouldHaveSingleItem().ShouldContain("broken.MOV");
    }

    [Fact]
    public async Task Several_exporters_write_each_with_its_options()
    {
        using var folder = new TemporaryFolder();

        var end = await FramevetProgram.RunAsync(["vet", clips.Clean, "--out", folder["out"], "--exporter", "folder", "--exporter", "zip", "--set", "exporter.folder.format=jpeg", "--count", "1", "--json"], Ct);
        var wrong = await FramevetProgram.RunAsync(["vet", clips.Clean, "--out", folder["none"], "--exporter", "zipp"], Ct);

        end.Code.ShouldBe(0, end.Errors);
        end.Json[0].GetProperty("outputs").GetArrayLength().ShouldBe(2);
        Directory.EnumerateFiles(folder["out/clean-frames"], "*.jpg").ShouldHaveSingleItem();
        File.Exists(folder["out/clean-frames.zip"]).ShouldBeTrue();
        wrong.Code.ShouldBe(2);
        wrong.ErrorLines[0].ShouldContain("did you mean 'zip'");
        Directory.Exists(folder["none"]).ShouldBeFalse();
    }

    private static IEnumerable<(PartKind Kind, PartSpec Spec)> All(Recipe recipe, PartSpec[] exporters) =>
    [
        (PartKind.Sampler, recipe.Sampler), .. recipe.Metrics.Select(m => (PartKind.Metric, m)), .. recipe.Gates.Select(g => (PartKind.Gate, g)),
        .. recipe.Moderation.Backends.Select(b => (PartKind.Moderation, b)), (PartKind.Selector, recipe.Selector), .. exporters.Select(e => (PartKind.Exporter, e)),
        .. recipe.Scenes is { } scenes ? [(PartKind.SceneDetector, scenes)] : Array.Empty<(PartKind, PartSpec)>(),
    ];

    private static Task<Recipe> ReadAsync(params string[] arguments)
    {
        var flags = new RecipeFlags();
        return flags.ReadAsync(Parse(flags, arguments), Catalog, Ct);
    }

    private static ParseResult Parse(RecipeFlags flags, string[] arguments)
    {
        var command = new Command("vet");
        foreach (var option in flags.All)
        {
            command.Add(option);
        }

        var parsed = command.Parse(arguments);
        parsed.Errors.ShouldBeEmpty();
        return parsed;
    }
}
