using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Web.Components.Pages.Gallery;

namespace Framevet.Web.Tests.Components;

/// <summary>The gallery's filter in the address.</summary>
public sealed class GalleryAddressSpecs
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        ImmutableArray<FrameState> states = [FrameState.Lost, FrameState.Selected];
        var scores = ImmutableSortedDictionary<string, ScoreBounds>.Empty.Add("quality", new(10.5, null)).Add("motion", new(null, 3)).Add("contrast", new(1, 2));

        var filter = GalleryAddress.Read(default, GalleryAddress.Write(states), GalleryAddress.Write(scores), "quality", true);

        filter.States!.Value.ShouldBe(states);
        filter.Scores.ShouldBe(scores);
        filter.Sort.ShouldBe("quality");
        filter.Descending.ShouldBeTrue();
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    [InlineData(null, null)]
    public void A_scene_is_a_number_from_one(int? given, int? read) => GalleryAddress.Read(default, null, null, "pts", false, given).Scene.ShouldBe(read);

    [Theory]
    [InlineData(2, 2)]
    [InlineData(0, null)]
    [InlineData(null, null)]
    public void A_person_is_a_number_from_one(int? given, int? read) => GalleryAddress.Read(default, null, null, "pts", false, person: given).Person.ShouldBe(read);

    [Theory]
    [InlineData("nonsense", "quality:1..2..3")]
    [InlineData("", "quality:..")]
    [InlineData(",", ":1..2")]
    [InlineData(null, "quality:NaN..x")]
    public void What_cannot_be_read_filters_nothing(string? states, string range)
    {
        var filter = GalleryAddress.Read(default, states, [range], "pts", false);

        filter.States.ShouldBeNull();
        filter.Scores.ShouldBeNull();
    }
}
