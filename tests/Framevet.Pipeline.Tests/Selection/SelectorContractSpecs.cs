using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tests.Gating;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Selection;

/// <summary>What every selector of the catalogue promises.</summary>
public sealed class SelectorContractSpecs
{
    private const int Count = 10;

    public static TheoryData<string> Selectors => [.. NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Selector).Select(p => p.Id)];

    public static TheoryData<string, int> SelectorsAndSeeds =>
        new(NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Selector).SelectMany(_ => Enumerable.Range(0, 100), (p, seed) => (p.Id, seed)));

    [Theory]
    [MemberData(nameof(SelectorsAndSeeds))]
    public void Picks_are_a_ranked_subset_that_depends_on_nothing_but_the_frames(string id, int seed)
    {
        var frames = Made.Clip(seed, seed);

        var picks = Build(id).Pick(frames);

        picks.Length.ShouldBeInRange(Math.Min(1, frames.Length), Math.Min(Count, frames.Length), $"seed {seed}");
        picks.Select(p => p.Candidate).ShouldBeSubsetOf(frames, $"seed {seed}");
        picks.Select(p => p.Candidate.Pts).ShouldBeUnique($"seed {seed}");
        picks.Select(p => p.Rank).ShouldBe(Enumerable.Range(1, picks.Length), $"seed {seed}");
        picks.ShouldAllBe(p => p.Reason.Length > 0, $"seed {seed}");
        Build(id).Pick(frames.Shuffled(seed)).ShouldBe(picks, $"seed {seed}");
    }

    [Theory]
    [InlineData("top")]
    [InlineData("diverse")]
    [InlineData("mmr")]
    public void A_selector_by_number_reaches_it_and_picks_a_shorter_clip_whole(string id)
    {
        Build(id).Pick(Made.Clip(7, 3)).Length.ShouldBe(3);
        Build(id).Pick(Made.Clip(7, 11)).Length.ShouldBe(Count);
    }

    [Theory]
    [MemberData(nameof(Selectors))]
    public void Equal_frames_go_by_time(string id)
    {
        var frames = Enumerable.Range(0, 40).Select(i => Made.Frame(i, i, 5, ("quality", 50)) with { Scene = 1 }).ToImmutableArray();

        Build(id).Pick(frames.Shuffled(4))[0].Candidate.Index.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Selectors))]
    public void Where_less_is_better_the_least_is_picked_first(string id)
    {
        // Scores that every selector reads in their own direction.
        var frames = Enumerable.Range(0, 40).Select(i => Made.Frame(i, i, (ulong)i << 20, ("motion", 90 - i)) with { Scene = 1 }).ToImmutableArray();

        NoServices.Catalog.Build<ISelector>(new PartSpec(id).With("score", "motion").With("count", 1)).Pick(frames).Single().Candidate.Index.ShouldBe(39);
    }

    [Theory]
    [MemberData(nameof(Selectors))]
    public void No_frame_gives_no_pick(string id) => Build(id).Pick([]).ShouldBeEmpty();

    private static ISelector Build(string id) => NoServices.Catalog.Build<ISelector>(new PartSpec(id).With("count", Count));
}
