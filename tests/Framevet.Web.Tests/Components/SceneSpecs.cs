using Bunit;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Pages.Runs;
using Framevet.Web.Components.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Components;

/// <summary>How pages show scenes and warnings.</summary>
public sealed class SceneSpecs : BunitContext
{
    private static readonly RunId Id = RunId.New(DateTimeOffset.UnixEpoch);

    public SceneSpecs() => Services.AddSingleton(TimeProvider.System);

    [Fact]
    public void A_strip_shows_each_scene_as_wide_as_it_is_long_and_marks_where_one_is()
    {
        var strip = Render<SceneStrip>(p => p.Add(c => c.Scenes, [Scene(1, 0, 4), Scene(2, 4, 5.5)]).Add(c => c.Href, n => $"gallery?scene={n}").Add(c => c.Chosen, 2).Add(c => c.At, 1.1));

        strip.Find("[data-testid=scene-1]").GetAttribute("style").ShouldBe("flex-grow:4");
        strip.Find("[data-testid=scene-2]").GetAttribute("style").ShouldBe("flex-grow:1.5");
        strip.Find("[data-testid=scene-2]").GetAttribute("aria-current").ShouldBe("true");
        strip.Find("[data-testid=scene-2]").GetAttribute("href").ShouldBe("gallery?scene=2");
        strip.Find("[data-testid=scene-2]").GetAttribute("aria-label").ShouldBe("Scene 2, 0:04.000 to 0:05.500, 1.5 s");
        strip.Find(".head").GetAttribute("style").ShouldBe("left:20%");
    }

    [Fact]
    public void One_scene_is_no_strip() =>
        Render<SceneStrip>(p => p.Add(c => c.Scenes, [Scene(1, 0, 4)]).Add(c => c.Href, n => "")).Markup.Trim().ShouldBeEmpty();

    [Fact]
    public void The_list_counts_all_scenes_and_draws_more_of_them_on_demand()
    {
        var list = Render<SceneList>(p => p.Add(c => c.Run, Id).Add(c => c.Scenes, [.. Enumerable.Range(1, 100).Select(n => Scene(n, n, n + 1))]));

        list.Find("[data-testid=scene-count]").TextContent.ShouldBe("100");
        list.Find("details").HasAttribute("open").ShouldBeFalse();
        list.FindAll("li").Count.ShouldBe(60);
        list.Find("[data-testid=scene-row-3]").GetAttribute("href").ShouldBe($"runs/{Id}/gallery?scene=3");
        list.Find("[data-testid=scene-row-3] img").GetAttribute("src").ShouldNotBeNull().ShouldContain("/3.jpg");
        list.Find("[data-testid=scene-row-3]").TextContent.ShouldContain("0:03.000 – 0:04.000");
        list.Find("[data-testid=scenes-more]").Click();
        list.FindAll("li").Count.ShouldBe(100);
        list.FindAll("[data-testid=scenes-more]").ShouldBeEmpty();
    }

    [Fact]
    public void Without_scenes_there_is_no_list() =>
        Render<SceneList>(p => p.Add(c => c.Run, Id).Add(c => c.Scenes, [])).Markup.Trim().ShouldBeEmpty();

    [Fact]
    public void The_curve_is_given_the_beginning_of_each_scene_and_the_end()
    {
        var module = JSInterop.SetupModule("./js/curve.js");
        module.SetupVoid("create", _ => true).SetVoidResult();
        var draw = module.SetupVoid("draw", _ => true).SetVoidResult();

        var curve = Render<ScoreCurve>(p => p.Add(c => c.Points, [new CurvePoint(0, 0, 5, FrameState.Allowed)]).Add(c => c.Scenes, [Scene(1, 0, 4), Scene(2, 4, 6)])
            .Add(c => c.Scores, []).Add(c => c.Score, "quality"));

        draw.Invocations.Single().Arguments[5].ShouldBeAssignableTo<IEnumerable<double>>().ShouldBe([0, 4]);
        draw.Invocations.Single().Arguments[6].ShouldBe(6.0);
        curve.Find("[data-testid=curve]").GetAttribute("aria-label").ShouldNotBeNull().ShouldContain("2 scenes");
    }

    [Fact]
    public void A_warning_is_a_badge_with_its_words()
    {
        var at = DateTimeOffset.UnixEpoch;
        var warnings = Render<RunWarnings>(p => p.Add(c => c.Warnings, [new RunLogLine(1, at, RunLogLevel.Warning, "Decoded in software: no device.")]));

        warnings.Find("[data-testid=warning-badge]").TextContent.ShouldContain("1 warning");
        warnings.Find("[data-testid=warnings]").TextContent.ShouldContain("no device");
        warnings.Find("details").HasAttribute("open").ShouldBeTrue();
        warnings.Render(p => p.Add(c => c.Warnings, []));
        warnings.Markup.Trim().ShouldBeEmpty();
    }

    private static SceneRow Scene(int number, double start, double end) => new(number, (long)start, (long)end, start, end, 25, 3, (long)start, true);
}
