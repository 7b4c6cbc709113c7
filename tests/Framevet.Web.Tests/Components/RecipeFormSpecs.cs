using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Bunit;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scenes;
using Framevet.Web.Components.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Components;

/// <summary>The form of a whole recipe: everything that parts declare, without code for any of them.</summary>
public sealed class RecipeFormSpecs : BunitContext
{
    private readonly PartCatalog _catalog;
    private Recipe _recipe = BuiltInRecipes.BestFrames;

    public RecipeFormSpecs()
    {
        _catalog = new PartCatalog(new ServiceCollection().AddAnalysis().BuildServiceProvider(), [.. typeof(PartCatalog).Assembly.GetTypes(), typeof(EveryTenth)]);
        Services.AddSingleton(_catalog);
    }

    [Fact]
    public void Every_part_that_a_recipe_may_hold_is_offered()
    {
        var form = RenderForm();

        foreach (var part in _catalog.Parts.Where(p => !p.IsLocal))
        {
            var slot = form.Find($"[data-testid=slot-{part.Kind}]");
            slot.QuerySelectorAll($"[data-testid=choose-{part.Id}], [data-testid=add-{part.Id}], [data-testid=on-{part.Id}]").Length.ShouldBe(1, $"{part.Kind} {part.Id}");
        }

        form.FindAll("[data-testid=add-folder]").ShouldBeEmpty("its files stay on the machine");
    }

    [Fact]
    public void A_scene_detector_is_chosen_with_its_options_and_taken_out_again()
    {
        var form = RenderForm();

        form.Find("[data-testid=choose-every-tenth]").Click();
        Show(form);
        form.Find("[data-testid=every-tenth-threshold]").Change("27");
        Show(form);
        _recipe.Scenes.ShouldNotBeNull().Options["threshold"].GetDouble().ShouldBe(27);
        form.Find("[data-testid=choose-no-SceneDetector]").Click();
        _recipe.Scenes.ShouldBeNull();
        Show(form);
        form.Find("[data-testid=choose-every-tenth]").Click();
        _recipe.Scenes.ShouldNotBeNull().Options["threshold"].GetDouble().ShouldBe(27, "who comes back finds the options as they were");
    }

    [Fact]
    public void Parts_of_a_set_are_added_ordered_and_taken_out()
    {
        var form = RenderForm();

        form.Find("[data-testid=down-threshold]").Click();
        Ids(_recipe.Gates).ShouldBe(["duplicate", "threshold"]);
        Show(form);
        form.Find("[data-testid=drop-duplicate]").Click();
        Ids(_recipe.Gates).ShouldBe(["threshold"]);
        Show(form);
        form.Find("[data-testid=add-duplicate]").Click();
        Ids(_recipe.Gates).ShouldBe(["threshold", "duplicate"]);
    }

    [Fact]
    public void A_fault_stands_at_its_part_and_is_counted_where_it_is_folded()
    {
        var form = RenderForm();

        form.Find("[data-testid=drop-sharpness]").Click();
        Show(form);

        form.Find("[data-testid=fault-threshold]").TextContent.ShouldContain("sharpness");
        form.Find("[data-testid=slot-Gate] > summary").TextContent.ShouldContain("to fix");
        form.Find("[data-testid=recipe-faults]").TextContent.ShouldContain("gates[0]");
    }

    [Theory]
    [InlineData("time-ranges", "ranges", "ten to twelve")]
    [InlineData("time-ranges", "ranges", "0:20-0:10")]
    [InlineData("image-folder", "timePattern", "t(")]
    [InlineData("image-folder", "timePattern", "(?=x)")]
    [InlineData("subtitle-keywords", "language", "english")]
    public void A_text_that_a_part_cannot_read_is_told_at_the_part(string sampler, string option, string text)
    {
        var form = RenderForm();
        form.Find($"[data-testid=choose-{sampler}]").Click();
        Show(form);
        form.FindAll("[data-testid=fault-Sampler]").ShouldBeEmpty();

        form.Find($"[data-testid={sampler}-{option}]").Change(text);
        Show(form);

        form.Find("[data-testid=slot-Sampler] [data-testid=fault-Sampler]").TextContent.ShouldMatch(@"\w{3}.*[^.]\.$");
        form.Find("[data-testid=slot-Sampler] > summary").TextContent.ShouldContain("to fix");
        form.Find($"[data-testid={sampler}-{option}]").GetAttribute("value").ShouldBe(text, "what was typed stays to be mended");
    }

    [Fact]
    public void In_a_long_list_the_chosen_part_stands_first_and_stays_there_while_others_are_tried()
    {
        var form = RenderForm();
        Offered().First().ShouldBe("choose-interval");

        form.Find("[data-testid=choose-all]").Click();
        Show(form);

        Offered().First().ShouldBe("choose-interval");
        form.Find("[data-testid=choose-all]").GetAttribute("aria-pressed").ShouldBe("true");

        IEnumerable<string?> Offered() => form.FindAll("[data-testid=parts-Sampler] button").Select(b => b.GetAttribute("data-testid"));
    }

    [Theory]
    [InlineData("1:30", 90)]
    [InlineData("12.5", 12.5)]
    [InlineData("1:02:03", 3723)]
    public void A_stretch_is_typed_as_people_write_times(string typed, double seconds)
    {
        var form = RenderForm();

        form.Find("[data-testid=range-from]").Change(typed);
        Show(form);
        form.Find("[data-testid=range-fast]").Change(true);

        _recipe.Range.ShouldBe(new RecipeRange(seconds, null, true));
    }

    [Fact]
    public void A_stretch_that_leaves_nothing_out_is_none()
    {
        _recipe = _recipe with { Range = new RecipeRange(3, 9) };
        var form = RenderForm();

        form.Find("[data-testid=range-from]").GetAttribute("value").ShouldBe("0:03");
        form.Find("[data-testid=range-from]").Change("");
        Show(form);
        form.Find("[data-testid=range-to]").Change("");

        _recipe.Range.ShouldBeNull();
    }

    [Fact]
    public void What_is_no_time_and_a_stretch_that_ends_before_it_begins_are_said_in_place()
    {
        var form = RenderForm();

        form.Find("[data-testid=range-to]").Change("1:75");
        form.Find("[data-testid=range-to-error]").TextContent.ShouldContain("no time");
        _recipe.Range.ShouldBeNull();
        form.Find("[data-testid=range-from]").Change("9");
        Show(form);
        form.Find("[data-testid=range-to]").Change("3");
        Show(form);
        form.Find("[data-testid=fault-Range]").TextContent.ShouldContain("fromSeconds");
    }

    [Fact]
    public void The_size_is_a_common_one_the_source_or_any()
    {
        var form = RenderForm();

        form.Find("[data-testid=side-0]").Click();
        _recipe.AnalysisSide.ShouldBe(0);
        Show(form);
        form.Find("[data-testid=slot-Side] > summary").TextContent.ShouldContain("As the source");
        form.Find("[data-testid=recipe-side]").Change("40");
        Show(form);
        form.Find("[data-testid=fault-Side]").TextContent.ShouldContain("64..2048");
        form.Find("[data-testid=recipe-side]").Change("x");
        form.Find("[data-testid=recipe-side-error]").TextContent.ShouldContain("whole number");
    }

    [Fact]
    public void A_long_list_is_searched_by_name_summary_option_and_score()
    {
        var many = Enumerable.Range(0, 20).Select(i => new PartInfo(PartKind.Metric, $"part-{i}", $"Part {i}", i == 7 ? "Finds purple things." : "Other.", [], [])).ToImmutableArray();
        var picked = "";
        var picker = Render<PartPicker>(p => p.Add(c => c.Id, "test").Add(c => c.Parts, many).Add(c => c.IsAdding, true).Add(c => c.OnPick, part => picked = part!.Id));

        picker.Find("[data-testid=find-test]").Input("purple part");
        picker.FindAll("button").Count.ShouldBe(1);
        picker.Find("[data-testid=add-part-7]").Click();
        picked.ShouldBe("part-7");
        picker.Find("[data-testid=find-test]").Input("nothing like this");
        picker.Find("[data-testid=none-test]").TextContent.ShouldContain("nothing like this");
    }

    [Fact]
    public void An_export_offers_every_exporter_with_its_options_but_none_of_this_machine()
    {
        PartSpec? spec = null;
        var choice = Render<ExportChoice>(p => p.Add(c => c.Spec, spec).Add(c => c.SpecChanged, s => spec = s));

        foreach (var part in _catalog.Parts.Where(p => p.Kind == PartKind.Exporter))
        {
            choice.FindAll($"[data-testid=choose-{part.Id}]").Count.ShouldBe(part.IsLocal ? 0 : 1, part.Id);
        }

        choice.Find("[data-testid=zip-quality]").Change("55");
        spec.ShouldNotBeNull().Options["quality"].GetInt32().ShouldBe(55);
    }

    private IRenderedComponent<RecipeForm> RenderForm() => Render<RecipeForm>(p => p.Add(c => c.Recipe, _recipe).Add(c => c.RecipeChanged, r => _recipe = r));

    private void Show(IRenderedComponent<RecipeForm> form) => form.Render(p => p.Add(c => c.Recipe, _recipe));

    private static IEnumerable<string> Ids(ImmutableArray<PartSpec> specs) => specs.Select(s => s.Id);

    /// <summary>Options of the detector below.</summary>
    public sealed record EveryTenthOptions
    {
        /// <summary>Says nothing.</summary>
        [Display(Name = "Threshold")]
        [Range(1, 100)]
        public double Threshold { get; init; } = 10;
    }

    /// <summary>A cut at every tenth frame: stands for real detectors.</summary>
    [Part("every-tenth", "Every tenth", "A cut at every tenth frame.")]
    public sealed class EveryTenth(EveryTenthOptions options) : ISceneDetector
    {
        /// <inheritdoc/>
        public void Look(in Frame frame, ICollection<FrameStamp> cuts)
        {
            if (options.Threshold > 0 && frame.Index % 10 == 0 && frame.Index > 0)
            {
                cuts.Add(new FrameStamp(frame.Index, frame.Pts));
            }
        }
    }
}
