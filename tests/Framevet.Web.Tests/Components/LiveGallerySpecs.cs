using System.Collections.Immutable;
using Bunit;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Pages.Runs;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Components;

/// <summary>The gallery of a running run.</summary>
public sealed class LiveGallerySpecs : BunitContext
{
    private static readonly RunId Id = RunId.New(DateTimeOffset.UnixEpoch);

    public LiveGallerySpecs() => Services.AddSingleton(TimeProvider.System);

    [Fact]
    public async Task The_order_rests_under_the_pointer_and_new_frames_wait_behind_a_button()
    {
        var gallery = Render<LiveGallery>(p => p.Add(c => c.Run, Id).Add(c => c.Frames, [Frame(1), Frame(2)]).Add(c => c.Total, 2));
        await gallery.Find("section").TriggerEventAsync("onpointerenter", new PointerEventArgs { PointerType = "mouse" });

        gallery.Render(p => p.Add(c => c.Frames, [Frame(3), Frame(1), Frame(4), Frame(2)]));

        Shown(gallery).ShouldBe(["frame-1", "frame-2"]);
        gallery.Find("[data-testid=gallery-new]").TextContent.ShouldEndWith("+2 new");
        await gallery.Find("[data-testid=gallery-new]").ClickAsync(new MouseEventArgs());
        Shown(gallery).ShouldBe(["frame-3", "frame-1", "frame-4", "frame-2"]);
    }

    [Fact]
    public async Task A_verdict_shows_at_once_even_while_the_order_rests()
    {
        var gallery = Render<LiveGallery>(p => p.Add(c => c.Run, Id).Add(c => c.Frames, [Frame(1)]).Add(c => c.Total, 1));
        await gallery.Find("section").TriggerEventAsync("onpointerenter", new PointerEventArgs { PointerType = "mouse" });

        gallery.Render(p => p.Add(c => c.Frames, [Frame(1) with { State = FrameState.Blocked, IsAllowed = false }]));

        gallery.Find("[data-testid=frame-1]").GetAttribute("data-state").ShouldBe("Blocked");
    }

    private static FrameRow Frame(long pts) => new(Id, pts, pts, (int)pts, FrameState.Allowed, true, null, null, 10, ImmutableSortedDictionary<string, float>.Empty, "key", 1);

    private static IEnumerable<string?> Shown(IRenderedComponent<LiveGallery> gallery) => gallery.FindAll(".grid > a").Select(a => a.GetAttribute("data-testid"));
}
