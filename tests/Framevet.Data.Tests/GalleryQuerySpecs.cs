using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

/// <summary>The gallery's filter over columns: the same answers as the statements over the table, and live counts.</summary>
public class GalleryQuerySpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Columns_and_table_answer_alike()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (gallery, frames) = (database.Get<GalleryQuery>(), database.Get<FramesQuery>());
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var run = await RandomRunAsync(database, random);
            for (var i = 0; i < 5; i++)
            {
                var filter = RandomFilter(run, random);
                (await gallery.OrderAsync(filter, Ct)).ShouldBe((await frames.PtsAsync(filter, 1000, Ct)).AsEnumerable(), $"seed {seed}: {filter}");
            }
        }
    }

    [Fact]
    public async Task Who_asks_the_same_of_an_unchanged_run_holds_the_same_answer()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (gallery, marks) = (database.Get<GalleryQuery>(), database.Get<MarkStore>());
        var run = await RandomRunAsync(database, new Random(1));
        FramesFilter Filter() => new FramesFilter(run, Sort: "quality") { Stars = [0], Not = ["tag"] };

        var look = await gallery.LookAsync(Filter(), 4, Ct);
        (await gallery.LookAsync(Filter(), 4, Ct)).ShouldBeSameAs(look);
        (await gallery.LookAsync(Filter() with { Descending = true }, 4, Ct)).ShouldNotBeSameAs(look);
        (await gallery.LookAsync(Filter(), 5, Ct)).ShouldNotBeSameAs(look);
        await marks.DoAsync(run, MarkOrder.Set("key", new MarkSet { Stars = 3 }, look.Order[0]), Make.Lead, Ct);

        (await gallery.LookAsync(Filter(), 4, Ct)).Order.Length.ShouldBe(look.Order.Length - 1);
    }

    [Fact]
    public async Task Each_count_is_what_its_choice_alone_would_show()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (gallery, marks) = (database.Get<GalleryQuery>(), database.Get<MarkStore>());
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var run = await RandomRunAsync(database, random);
            var all = await gallery.OrderAsync(new FramesFilter(run), Ct);
            foreach (var pts in all)
            {
                await marks.DoAsync(run, MarkOrder.Set($"{run} {pts}", new MarkSet { Stars = random.Next(6), Flag = (MarkFlag)random.Next(3), AddTags = random.Next(2) == 0 ? ["sky"] : [] }, pts), Make.Lead, Ct);
            }

            var filter = RandomFilter(run, random) with { Stars = [2, 3, 4], Not = ["stars"], Flags = [MarkFlag.Pick, MarkFlag.None] };
            var facets = (await gallery.LookAsync(filter, 4, Ct)).Facets;

            foreach (var (state, count) in facets.States)
            {
                count.ShouldBe((await gallery.OrderAsync(filter with { States = [state], Not = filter.Not.Remove("state") }, Ct)).Length, $"seed {seed}, {state}");
            }

            foreach (var (stars, count) in facets.Stars)
            {
                count.ShouldBe((await gallery.OrderAsync(filter with { Stars = [stars], Not = [] }, Ct)).Length, $"seed {seed}, {stars} stars");
            }

            facets.Tags.GetValueOrDefault("sky").ShouldBe((await gallery.OrderAsync(filter with { Tags = ["sky"] }, Ct)).Length);
            foreach (var score in facets.Scores)
            {
                var lifted = filter with { Scores = (filter.Scores ?? ImmutableSortedDictionary<string, ScoreBounds>.Empty).SetItem(score.Score, new ScoreBounds(-1000, null)) };
                score.Kept.Sum().ShouldBe((await gallery.OrderAsync(lifted, Ct)).Length, $"seed {seed}, {score.Score}");
            }
        }
    }

    [Fact]
    public async Task A_condition_turned_round_shows_the_others()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var gallery = database.Get<GalleryQuery>();
        var run = await RandomRunAsync(database, new Random(5));
        var all = await gallery.OrderAsync(new FramesFilter(run), Ct);
        var half = new FramesFilter(run) { FromPts = all[all.Length / 2] };

        var (kept, others) = (await gallery.OrderAsync(half, Ct), await gallery.OrderAsync(half with { Not = ["pts"] }, Ct));

        kept.ShouldBe(all[(all.Length / 2)..].AsEnumerable());
        others.ShouldBe(all[..(all.Length / 2)].AsEnumerable());
    }

    [Fact]
    public async Task What_is_stored_later_is_seen_by_the_next_question()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, gallery, marks) = (database.Get<IRunStore>(), database.Get<GalleryQuery>(), database.Get<MarkStore>());
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);
        await store.SaveCandidatesAsync(run.Id, [Make.Candidate(1000), Make.Candidate(3000)], new Funnel(), Ct);
        (await gallery.OrderAsync(new FramesFilter(run.Id), Ct)).ShouldBe([1000L, 3000L]);
        await marks.DoAsync(run.Id, MarkOrder.Set("a", new MarkSet { Stars = 5, AddTags = ["sky"] }, 3000), Make.Lead, Ct);
        (await gallery.OrderAsync(new FramesFilter(run.Id) { Stars = [5], Tags = ["sky"] }, Ct)).ShouldBe([3000L]);

        await store.SaveCandidatesAsync(run.Id, [Make.Candidate(2000, verdict: Make.Block), Make.Candidate(500)], new Funnel(), Ct);

        (await gallery.OrderAsync(new FramesFilter(run.Id), Ct)).ShouldBe([500L, 1000L, 2000L, 3000L]);
        (await gallery.OrderAsync(new FramesFilter(run.Id) { Stars = [5] }, Ct)).ShouldBe([3000L]);
        (await gallery.OrderAsync(new FramesFilter(run.Id, [FrameState.Blocked]), Ct)).ShouldBe([2000L]);
        await store.ClearAsync(run.Id, Ct);
        (await gallery.OrderAsync(new FramesFilter(run.Id), Ct)).ShouldBeEmpty();
        await store.SaveCandidatesAsync(run.Id, [Make.Candidate(3000)], new Funnel(), Ct);
        (await gallery.OrderAsync(new FramesFilter(run.Id) { Stars = [5] }, Ct)).ShouldBe([3000L]);
    }

    [Fact]
    public async Task A_random_order_holds_each_frame_once_and_stays_the_same()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var gallery = database.Get<GalleryQuery>();
        var run = await RandomRunAsync(database, new Random(9));
        var all = await gallery.OrderAsync(new FramesFilter(run), Ct);

        var one = await gallery.OrderAsync(new FramesFilter(run, Sort: "random-1"), Ct);

        one.Order().ShouldBe(all.AsEnumerable());
        one.ShouldBe((await gallery.OrderAsync(new FramesFilter(run, Sort: "random-1"), Ct)).AsEnumerable());
        one.ShouldNotBe((await gallery.OrderAsync(new FramesFilter(run, Sort: "random-2"), Ct)).AsEnumerable());
    }

    private static async Task<RunId> RandomRunAsync(TestDatabase database, Random random)
    {
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);
        var stamps = Enumerable.Range(0, 30 + random.Next(30)).Select(i => (i - 3) * 1001L).ToArray();
        random.Shuffle(stamps);
        foreach (var batch in stamps.Chunk(17))
        {
            await store.SaveCandidatesAsync(run.Id, [.. batch.Select(p => Candidate(p, random))], new Funnel(), Ct);
            await database.Get<GalleryQuery>().ColumnsAsync(run.Id, Ct);
        }

        return run.Id;
    }

    private static Candidate Candidate(long pts, Random random)
    {
        // Few distinct values, so that ties and bounds that hit exactly do occur.
        var scores = ((string[])["quality", "sharpness", "motion"]).Where(_ => random.Next(5) > 0).ToImmutableSortedDictionary(s => s, _ => random.Next(12) / 10f, StringComparer.Ordinal);
        var verdict = random.Next(4) switch { 0 => Make.Escalate, 1 => Make.Block, _ => Make.Allow };
        return Make.Candidate(pts, 0, verdict, random.Next(4) == 0 ? "Too dark." : null, random.Next(6) > 0) with { Scores = scores };
    }

    private static FramesFilter RandomFilter(RunId run, Random random)
    {
        string[] scores = ["quality", "sharpness", "motion"];
        var bounds = scores.Where(_ => random.Next(3) == 0).ToImmutableSortedDictionary(
            s => s, _ => new ScoreBounds(random.Next(2) == 0 ? random.Next(8) / 10.0 : null, random.Next(2) == 0 ? random.Next(4, 12) / 10.0 : null));
        var states = random.Next(2) == 0 ? (ImmutableArray<FrameState>?)null : [.. Enum.GetValues<FrameState>().Where(_ => random.Next(2) == 0)];
        string[] sorts = ["pts", "rank", .. scores, "unknown-score"];
        return new FramesFilter(run, states, bounds.IsEmpty ? null : bounds, sorts[random.Next(sorts.Length)], random.Next(2) == 0);
    }
}
