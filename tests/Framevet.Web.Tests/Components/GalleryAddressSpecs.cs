using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Culling;
using Framevet.Web.Components.Pages.Gallery;

namespace Framevet.Web.Tests.Components;

/// <summary>The gallery's filter and view in the address.</summary>
public sealed class GalleryAddressSpecs
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        var filter = new FramesFilter(default, [FrameState.Lost, FrameState.Selected],
            ImmutableSortedDictionary<string, ScoreBounds>.Empty.Add("quality", new(10.5, null)).Add("motion", new(null, 3)).Add("contrast", new(1, 2)), "quality", true, 3, 2)
        {
            Losses = ["threshold", "duplicate"],
            Labels = ["nudity"],
            Flags = [MarkFlag.None, MarkFlag.Pick],
            Stars = [0, 4, 5],
            Colours = [1],
            Tags = ["sky, wide", "a&b=c"],
            FromPts = -5,
            ToPts = 90_000,
            Not = ["state", "tag", "pts", "range:motion"],
        };

        var read = GalleryAddress.Read(default, GalleryAddress.Write(filter), mayReview: true);

        read.States!.Value.ShouldBe(filter.States!.Value);
        read.Scores.ShouldBe(filter.Scores);
        (read.Sort, read.Descending, read.Scene, read.Person, read.FromPts, read.ToPts).ShouldBe(("quality", true, 3, 2, -5, 90_000));
        read.Losses.ShouldBe(["threshold", "duplicate"]);
        read.Flags.ShouldBe([MarkFlag.None, MarkFlag.Pick]);
        read.Stars.ShouldBe([0, 4, 5]);
        read.Colours.ShouldBe([1]);
        read.Tags.ShouldBe(["sky, wide", "a&b=c"]);
        read.Labels.ShouldBe(["nudity"]);
        read.Not.ShouldBe(filter.Not, ignoreOrder: true);
        GalleryAddress.Write(read).ShouldBe(GalleryAddress.Write(filter));
    }

    [Fact]
    public void An_address_can_be_read_by_people() =>
        GalleryAddress.Write(new FramesFilter(default, [FrameState.Lost], ImmutableSortedDictionary<string, ScoreBounds>.Empty.Add("quality", new(10, 80)), "quality", true) { Not = ["state"] })
            .ShouldBe("state=!lost&range=quality:10..80&sort=-quality");

    [Fact]
    public void Labels_only_count_for_people_who_may_review() => GalleryAddress.Read(default, "label=nudity", mayReview: false).Labels.ShouldBeEmpty();

    [Theory]
    [InlineData("scene=3", 3)]
    [InlineData("scene=0", null)]
    [InlineData("scene=-1", null)]
    [InlineData("scene=x", null)]
    [InlineData("", null)]
    public void A_scene_is_a_number_from_one(string query, int? read) => GalleryAddress.Read(default, query, false).Scene.ShouldBe(read);

    [Theory]
    [InlineData("state=nonsense&range=quality:1..2..3")]
    [InlineData("state=&range=quality:..")]
    [InlineData("state=,&range=:1..2")]
    [InlineData("range=quality:NaN..x&stars=9,x&colour=7&flag=maybe&pts=1")]
    public void What_cannot_be_read_filters_nothing(string query)
    {
        var filter = GalleryAddress.Read(default, query, false);

        filter.States.ShouldBeNull();
        filter.Scores.ShouldBeNull();
        GalleryAddress.Write(filter).ShouldBeEmpty();
    }

    [Fact]
    public void The_view_is_read_back_too()
    {
        var view = new GalleryView(GalleryMode.Stacks, 250, 12, 6, 4711);

        GalleryView.Read(view.Write()).ShouldBe(view);
        new GalleryView().Write().ShouldBeEmpty();
        GalleryView.Read("view=7&size=9999&set=0&looks=-3&at=x").ShouldBe(new GalleryView(Size: 420));
    }
}
