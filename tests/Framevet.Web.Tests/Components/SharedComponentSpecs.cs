using Bunit;
using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Components;

/// <summary>Small components that several pages share.</summary>
public sealed class SharedComponentSpecs : BunitContext
{
    public SharedComponentSpecs() => Services.AddSingleton(TimeProvider.System);

    [Fact]
    public void The_funnel_shows_each_stage_with_its_count()
    {
        var funnel = Render<FunnelBar>(p => p.Add(c => c.Counts, new Funnel(Decoded: 720, Sampled: 30, PassedGates: 15, Allowed: 9, AwaitingReview: 3, Selected: 6, LostInReview: 2)));

        funnel.Find("[data-testid=funnel-decoded] .count").TextContent.ShouldBe("720");
        funnel.Find("[data-testid='funnel-passed gates'] .bar i").GetAttribute("style")!.ShouldContain("width:50%");
        funnel.Find("[data-testid=funnel-picked] .count").TextContent.ShouldBe("6");
        funnel.Markup.ShouldContain("5 in review, 2 lost at a gate");
    }

    [Fact]
    public void A_funnel_that_did_not_begin_shows_unknown_and_no_zero()
    {
        var funnel = Render<FunnelBar>(p => p.Add(c => c.Counts, new Funnel()));

        funnel.FindAll(".count").Select(c => c.TextContent).ShouldAllBe(t => t == Formats.Unknown);
    }

    [Theory]
    [InlineData(Decision.Allow, "Allowed", "tone-allow")]
    [InlineData(Decision.Escalate, "In review", "tone-escalate")]
    [InlineData(Decision.Block, "Blocked", "tone-block")]
    public void A_verdict_is_a_word_and_a_colour(Decision decision, string word, string tone)
    {
        var badge = Render<VerdictBadge>(p => p.Add(c => c.Verdict, new Verdict(decision, "because", "policy"))).Find("[data-testid=verdict]");

        badge.TextContent.ShouldEndWith(word);
        badge.ClassList.ShouldContain(tone);
        badge.GetAttribute("title").ShouldBe("because");
    }

    [Fact]
    public void A_frame_without_a_verdict_is_not_called_allowed() =>
        Render<VerdictBadge>().Find("[data-testid=verdict]").TextContent.ShouldEndWith("No verdict yet");

    [Fact]
    public void A_score_bar_fills_by_percentile_and_says_the_value()
    {
        var bar = Render<ScoreBar>(p => p.Add(c => c.Id, "quality").Add(c => c.Title, "Quality").Add(c => c.Value, 66.5).Add(c => c.Max, 100).Add(c => c.Percentile, 0.25));

        bar.Find(".meter i").GetAttribute("style").ShouldBe("width:25%");
        bar.Find(".meter").GetAttribute("aria-label").ShouldBe("Quality: 66.5");
    }

    [Fact]
    public void A_score_that_was_not_measured_is_unknown_and_not_zero()
    {
        var bar = Render<ScoreBar>(p => p.Add(c => c.Id, "motion").Add(c => c.Value, (double?)null));

        bar.Find(".value").TextContent.Trim().ShouldBe(Formats.Unknown);
        bar.Find(".meter").GetAttribute("aria-label").ShouldBe("motion: not measured");
    }

    [Fact]
    public void A_range_opens_its_side_when_the_thumb_is_at_the_end_and_pushes_the_other_bound()
    {
        ScoreBounds? bounds = null;
        var slider = Render<RangeSlider>(p => p.Add(c => c.Id, "q").Add(c => c.Title, "Q").Add(c => c.Min, 0).Add(c => c.Max, 10).Add(c => c.High, 4d).Add(c => c.OnChange, b => bounds = b));

        slider.Find("[data-testid=range-q-from]").Change("3.5");
        bounds.ShouldBe(new ScoreBounds(3.5, 4));
        slider.Find("[data-testid=range-q-low]").Change("6");
        bounds.ShouldBe(new ScoreBounds(6, 6));
        slider.Find("[data-testid=range-q-low]").Change("0");
        bounds.ShouldBe(new ScoreBounds(null, 4));
        slider.Find("[data-testid=range-q-to]").Change("");
        bounds.ShouldBe(new ScoreBounds(null, null));
    }

    [Fact]
    public void The_histogram_shows_which_bins_are_in()
    {
        var slider = Render<RangeSlider>(p => p.Add(c => c.Id, "q").Add(c => c.Title, "Q").Add(c => c.Min, 0).Add(c => c.Max, 4).Add(c => c.Histogram, [1, 4, 0, 1]).Add(c => c.Low, 2d));

        slider.FindAll(".bars i").Select(b => b.ClassList.Contains("in")).ShouldBe([false, true, true, true]);
        slider.FindAll(".bars i").Select(b => b.GetAttribute("style")).ShouldBe(["height:50%", "height:100%", "height:0%", "height:50%"]);
    }

    [Fact]
    public void A_frame_that_is_not_allowed_is_never_asked_for_unblurred()
    {
        var frame = new FrameRow(RunId.New(DateTimeOffset.UnixEpoch), 512, 1, 30, FrameState.Pending, false, null, null, 50, System.Collections.Immutable.ImmutableSortedDictionary<string, float>.Empty, "key", 1);

        var card = Render<FrameCard>(p => p.Add(c => c.Frame, frame));

        card.Find("img").GetAttribute("src")!.ShouldNotContain("reveal");
        card.Find(".veil").ShouldNotBeNull();
    }
}
