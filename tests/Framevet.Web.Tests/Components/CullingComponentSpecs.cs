using System.Collections.Immutable;
using Bunit;
using Framevet.Data.Queries;
using Framevet.Pipeline.Culling;
using Framevet.Web.Components.Pages.Gallery;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Tests.Components;

/// <summary>Conditions, limits, strips and selections of the gallery.</summary>
public sealed class CullingComponentSpecs : BunitContext
{
    [Fact]
    public void A_condition_is_turned_round_and_taken_away_by_its_chip()
    {
        FramesFilter? changed = null;
        var filter = new FramesFilter(default, [FrameState.Lost], ImmutableSortedDictionary<string, ScoreBounds>.Empty.Add("quality", new(10, null))) { Flags = [MarkFlag.Pick] };
        var chips = Render<GalleryChips>(p => p.Add(c => c.Filter, filter).Add(c => c.TitleOf, s => s).Add(c => c.OnChange, f => changed = f));

        chips.FindAll("[data-testid^=condition-]").Count.ShouldBe(3);
        chips.Find("[data-testid='not-range:quality']").Click();
        changed!.Not.ShouldBe(["range:quality"]);
        chips.Find("[data-testid='away-flag']").Click();
        changed.Flags.ShouldBeEmpty();
        changed.States!.Value.ShouldBe([FrameState.Lost]);
    }

    [Fact]
    public void Choices_show_their_counts_and_switch_their_condition()
    {
        FramesFilter? changed = null;
        var facets = new FrameFacets(
            Enum.GetValues<FrameState>().ToImmutableSortedDictionary(s => s, s => (int)s), ImmutableSortedDictionary<string, int>.Empty.Add("threshold", 7), ImmutableSortedDictionary<int, int>.Empty,
            Enum.GetValues<MarkFlag>().ToImmutableSortedDictionary(f => f, f => 3), ImmutableSortedDictionary<int, int>.Empty.Add(5, 2), ImmutableSortedDictionary<int, int>.Empty,
            ImmutableSortedDictionary<string, int>.Empty.Add("sky", 4), []);
        var rail = Render<GalleryFilters>(p => p.Add(c => c.Filter, new FramesFilter(default)).Add(c => c.Facets, facets).Add(c => c.Scenes, []).Add(c => c.TitleOf, s => s).Add(c => c.OnChange, f => changed = f));

        rail.Find("[data-testid=loss-threshold] .count").TextContent.ShouldBe("7");
        rail.Find("[data-testid=stars-5]").Click();
        changed!.Stars.ShouldBe([5]);
        rail.Find("[data-testid=tag-sky]").Click();
        changed.Tags.ShouldBe(["sky"]);
        rail.Find("[data-testid=filter-Blocked]").Click();
        changed.States!.Value.ShouldBe([FrameState.Blocked]);
    }

    [Fact]
    public void A_moving_thumb_previews_and_changes_nothing_until_it_is_let_go()
    {
        var previews = new List<ScoreBounds?>();
        ScoreBounds? changed = null;
        var slider = Render<RangeSlider>(p => p.Add(c => c.Id, "q").Add(c => c.Title, "Q").Add(c => c.Min, 0).Add(c => c.Max, 10).Add(c => c.Histogram, [5, 5]).Add(c => c.Kept, [5, 2])
            .Add(c => c.OnPreview, b => previews.Add(b)).Add(c => c.OnChange, b => changed = b));

        slider.Find("[data-testid=range-q-low]").Input("6");
        previews.ShouldBe([new ScoreBounds(6, null)]);
        changed.ShouldBeNull();
        slider.Find("[data-testid=range-q-low]").Change("6");
        changed.ShouldBe(new ScoreBounds(6, null));
        previews[^1].ShouldBeNull();
    }

    [Theory]
    [InlineData(SmartCut.BestTenth, true, 10)]
    [InlineData(SmartCut.BestTenth, false, 10)]
    [InlineData(SmartCut.BestQuarter, true, 25)]
    [InlineData(SmartCut.BestQuarter, false, 25)]
    public void A_smart_limit_keeps_the_wished_share_on_the_good_side(SmartCut cut, bool higherIsBetter, int kept)
    {
        var values = Enumerable.Range(0, 100).Select(i => (double)i).ToImmutableArray();

        var bounds = SmartCuts.Bounds(values, cut, higherIsBetter)!;

        values.Count(v => v >= (bounds.Min ?? double.MinValue) && v <= (bounds.Max ?? double.MaxValue)).ShouldBe(kept);
        (higherIsBetter ? bounds.Max : bounds.Min).ShouldBeNull();
    }

    [Theory]
    [InlineData(true, 80, 100)]
    [InlineData(false, 1, 20)]
    public void The_automatic_limit_parts_two_classes(bool higherIsBetter, double least, double most)
    {
        ImmutableArray<double> values = [.. Enumerable.Range(1, 20).Select(i => (double)i), .. Enumerable.Range(80, 21).Select(i => (double)i)];

        var bounds = SmartCuts.Bounds(values, SmartCut.Auto, higherIsBetter)!;
        var kept = values.Where(v => v >= (bounds.Min ?? double.MinValue) && v <= (bounds.Max ?? double.MaxValue)).ToList();

        (kept.Min(), kept.Max()).ShouldBe((least, most));
        SmartCuts.Bounds([], SmartCut.Auto, higherIsBetter).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 0.0, 25.0, "00:00:00:00")]
    [InlineData(1549, 61.96, 25.0, "00:01:01:24")]
    [InlineData(108_000, 3603.6, 29.97002997, "01:00:00:00")]
    [InlineData(10, 3.0, 25.0, null)]
    [InlineData(10, 0.4, null, null)]
    public void A_timecode_counts_frames_and_is_missing_where_it_names_none(int index, double seconds, double? rate, string? expected) =>
        Timecode.Of(index, seconds, 0, rate).ShouldBe(expected);

    [Fact]
    public void Columns_of_a_strip_share_all_frames_in_order()
    {
        foreach (var (count, width) in (ReadOnlySpan<(int, int)>)[(10, 10), (100_000, 2000), (2001, 2000), (7, 7)])
        {
            var firsts = Enumerable.Range(0, width + 1).Select(c => TimelineStrips.FirstOf(c, count, width)).ToList();

            (firsts[0], firsts[^1]).ShouldBe((0, count));
            firsts.Zip(firsts.Skip(1)).ShouldAllBe(pair => pair.Second > pair.First);
        }
    }

    [Fact]
    public void Turning_a_selection_round_keeps_what_the_filter_hides()
    {
        var selection = FrameSelection.None.Toggle(1).Toggle(2).Toggle(99);

        selection.Inverted([1, 2, 3, 4]).Chosen.ShouldBe([3L, 4L, 99L], ignoreOrder: true);
    }
}
