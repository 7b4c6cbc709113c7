using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;

namespace Framevet.Data.Tests;

/// <summary>Scenes of a run, and frames by scene, against a recount in memory.</summary>
public class ScenesQuerySpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_frame_lies_in_exactly_one_scene_and_the_filter_finds_it_there()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (scenes, frames) = (database.Get<ScenesQuery>(), database.Get<FramesQuery>());
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var (run, list, all) = await RandomRunAsync(database, random);

            var rows = await scenes.GetAsync(run, Ct);
            var found = new List<long>();
            foreach (var row in rows)
            {
                var expected = all.Where(f => f.Scene == row.Number).Select(f => f.Pts.Value).ToList();
                var page = await frames.PageAsync(new FramesFilter(run, Scene: row.Number), 0, 1000, Ct);
                page.Rows.Select(f => f.Pts).ShouldBe(expected, $"seed {seed}, scene {row.Number}");
                (page.Total, row.Scored, row.CoverPts).ShouldBe((expected.Count, expected.Count, expected.Count == 0 ? null : expected[0]), $"seed {seed}, scene {row.Number}");
                found.AddRange(page.Rows.Select(f => f.Pts));
            }

            rows.Select(r => r.Number).ShouldBe(list.Select(s => s.Number));
            found.ShouldBe(all.Select(f => f.Pts.Value), $"seed {seed}");
        }
    }

    [Fact]
    public async Task A_scene_ends_where_the_next_begins_and_the_last_with_its_last_frame()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = await RunAsync(database, [Scene(1, 0, 2), Scene(2, 3, 9)], []);

        var rows = await database.Get<ScenesQuery>().GetAsync(run, Ct);

        rows.Select(r => (r.Number, r.Frames, r.Scored)).ShouldBe([(1, 3, 0), (2, 7, 0)]);
        (rows[0].StartSeconds, rows[0].EndSeconds).ShouldBe((0, rows[1].StartSeconds));
        rows[1].StartSeconds.ShouldBe(0.1, 1e-9);
        rows[1].EndSeconds.ShouldBe(0.3, 1e-9);
        rows[0].CoverPts.ShouldBeNull();
    }

    [Fact]
    public async Task A_number_that_the_list_does_not_have_holds_no_frame()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = await RunAsync(database, [Scene(1, 0, 9)], [Make.Candidate(0), Make.Candidate(1000)]);
        var without = await RunAsync(database, [], [Make.Candidate(0)]);
        var frames = database.Get<FramesQuery>();

        (await frames.PageAsync(new FramesFilter(run, Scene: 2), 0, 10, Ct)).Total.ShouldBe(0);
        (await frames.PageAsync(new FramesFilter(run, Scene: 0), 0, 10, Ct)).Total.ShouldBe(0);
        (await frames.PageAsync(new FramesFilter(without, Scene: 1), 0, 10, Ct)).Total.ShouldBe(0);
        (await database.Get<ScenesQuery>().GetAsync(without, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Warnings_are_told_apart_from_the_tail_of_a_long_log()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = await RunAsync(database, [], []);
        await store.LogAsync(run, RunLogLevel.Warning, "The first warning.", Ct);
        for (var i = 0; i < 250; i++)
        {
            await store.LogAsync(run, RunLogLevel.Info, $"Line {i}", Ct);
        }

        var details = (await database.Get<RunQuery>().GetAsync(run, Ct)).ShouldNotBeNull();

        details.Log.ShouldAllBe(l => l.Level == RunLogLevel.Info);
        details.Warnings.ShouldHaveSingleItem().Text.ShouldBe("The first warning.");
    }

    private static Scene Scene(int number, int first, int last) => new(number, Stamp(first), Stamp(last));

    private static FrameStamp Stamp(int index) => new(index, Make.Pts(index * 1000L));

    private static async Task<(RunId Run, ImmutableArray<Scene> Scenes, ImmutableArray<Candidate> Frames)> RandomRunAsync(TestDatabase database, Random random)
    {
        // Frames also before the first scene and behind the last: the list is written while the file is still being read.
        int[] cuts = [0, .. Enumerable.Range(1, 60).Where(_ => random.Next(8) == 0)];
        ImmutableArray<Scene> scenes = [.. cuts.Select((first, i) => Scene(i + 1, first, i + 1 < cuts.Length ? cuts[i + 1] - 1 : 60))];
        var frames = Enumerable.Range(-2, 66).Where(_ => random.Next(3) > 0).Select(i => Make.Candidate(i * 1000L));
        var run = await RunAsync(database, scenes, frames);
        return (run, scenes, (await database.Get<IRunStore>().CandidatesAsync(run, Ct)).InScenes(scenes));
    }

    private static async Task<RunId> RunAsync(TestDatabase database, ImmutableArray<Scene> scenes, IEnumerable<Candidate> frames)
    {
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);
        await store.SaveCandidatesAsync(run.Id, [.. frames], new Funnel(), Ct);
        await store.SaveScenesAsync(run.Id, scenes, Ct);
        return run.Id;
    }
}
