using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class ModerationLabelsSpecs
{
    [Fact]
    public void Ids_are_unique_and_two_levels_deep_at_most()
    {
        ModerationLabels.All.Select(l => l.Id).ShouldBeUnique();
        ModerationLabels.All.ShouldAllBe(l => l.Id.Count(c => c == '/') == (l.Parent == null ? 0 : 1));
        ModerationLabels.All.Where(l => l.Parent is not null)
            .ShouldAllBe(l => l.Id.StartsWith(l.Parent + "/", StringComparison.Ordinal) && ModerationLabels.Find(l.Parent)!.Parent == null);
    }

    [Theory]
    [InlineData("nudity/explicit", "nudity/explicit")]
    [InlineData("nudity/other", "nudity")]
    [InlineData("gambling", null)]
    [InlineData("gambling/casino", null)]
    [InlineData("nudity/a/b", "nudity")]
    [InlineData(null, null)]
    public void An_unknown_kind_counts_as_its_category(string? id, string? resolved) => (ModerationLabels.Resolve(id)?.Id).ShouldBe(resolved);
}
