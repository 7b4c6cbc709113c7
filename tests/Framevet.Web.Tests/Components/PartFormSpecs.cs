using System.Text.Json;
using Bunit;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Tests.Components;

/// <summary>The generated form of a part.</summary>
public sealed class PartFormSpecs : BunitContext
{
    private static readonly PartInfo Part = new(PartKind.Sampler, "probe", "Probe", "For tests.",
    [
        new("seconds", "Seconds", "", PartOptionKind.Number, Json(1.0), 0.1, 60, []),
        new("count", "Count", "", PartOptionKind.WholeNumber, Json(12), 1, null, []),
        new("exact", "Exact", "", PartOptionKind.Boolean, Json(false), null, null, []),
        new("mode", "Mode", "", PartOptionKind.Choice, Json("fast"), null, null, ["fast", "slow"]),
        new("weights", "Weights", "", PartOptionKind.NumberMap, Json(new Dictionary<string, double> { ["a"] = 1 }), null, null, ["a", "b"]),
    ], []);

    private PartSpec _spec = new("probe");

    [Fact]
    public void Unset_options_show_their_defaults()
    {
        var form = RenderForm();

        form.Find("[data-testid=probe-seconds]").GetAttribute("value").ShouldBe("1");
        form.Find("[data-testid=probe-count]").GetAttribute("min").ShouldBe("1");
        form.Find("[data-testid=probe-count]").HasAttribute("max").ShouldBeFalse();
        form.Find("[data-testid=probe-weights-b]").HasAttribute("value").ShouldBeFalse();
    }

    [Fact]
    public void A_changed_option_is_stored_and_going_back_to_the_default_takes_it_out()
    {
        var form = RenderForm();

        form.Find("[data-testid=probe-seconds]").Change("2.5");
        _spec.Options["seconds"].GetDouble().ShouldBe(2.5);
        Show(form);
        form.Find("[data-testid=probe-seconds]").Change("1");
        _spec.Options.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("seconds", "0", "Seconds must be 0.1 to 60.")]
    [InlineData("seconds", "abc", "Seconds must be a number.")]
    [InlineData("count", "1.5", "Count must be a whole number.")]
    [InlineData("count", "0", "Count must be 1 or more.")]
    public void A_value_out_of_range_is_refused_with_a_sentence(string option, string typed, string sentence)
    {
        var form = RenderForm();

        form.Find($"[data-testid=probe-{option}]").Change(typed);

        form.Find($"[data-testid=probe-{option}-error]").TextContent.ShouldBe(sentence);
        _spec.Options.ShouldBeEmpty();
    }

    [Fact]
    public void Switches_choices_and_maps_write_their_own_kind_of_JSON()
    {
        var form = RenderForm();

        form.Find("[data-testid=probe-exact]").Change(true);
        Show(form);
        form.Find("[data-testid=probe-mode]").Change("slow");
        Show(form);
        form.Find("[data-testid=probe-weights-b]").Change("0.5");

        _spec.Options["exact"].ValueKind.ShouldBe(JsonValueKind.True);
        _spec.Options["mode"].GetString().ShouldBe("slow");
        PartValues.Map(_spec.Options["weights"]).ShouldBe(new Dictionary<string, double> { ["a"] = 1, ["b"] = 0.5 });
    }

    [Fact]
    public void An_emptied_entry_of_a_map_is_taken_out_and_not_zero()
    {
        var form = RenderForm();

        form.Find("[data-testid=probe-weights-a]").Change("");

        PartValues.Map(_spec.Options["weights"]).ShouldBeEmpty();
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);

    private IRenderedComponent<PartForm> RenderForm() => Render<PartForm>(p => p.Add(c => c.Part, Part).Add(c => c.Spec, _spec).Add(c => c.SpecChanged, s => _spec = s));

    private void Show(IRenderedComponent<PartForm> form) => form.Render(p => p.Add(c => c.Spec, _spec));
}
