using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Data.Tests;

/// <summary>What a live client relies on: with the last revision it saw it misses nothing, however it pages.</summary>
public class CatchUpSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_catches_up_in_small_steps_ends_with_what_the_store_has()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, frames) = (database.Get<IRunStore>(), database.Get<FramesQuery>());
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var run = Make.Run(database.Clock.Now, state: RunState.Running);
            await store.AddAsync(run, Ct);
            var known = new Dictionary<long, FrameRow>();
            var (seen, revision) = (0L, 0L);
            for (var step = 0; step < 12; step++)
            {
                var next = await ChangeAsync(store, run.Id, random);
                next.ShouldBeGreaterThan(revision, $"seed {seed}");
                revision = next;
                if (random.Next(2) == 0)
                {
                    seen = await CatchUpAsync(frames, run.Id, seen, random.Next(1, 7), known);
                }
            }

            await CatchUpAsync(frames, run.Id, seen, 3, known);

            var rows = (await frames.PageAsync(new FramesFilter(run.Id), 0, 1000, Ct)).Rows;
            Json(known.Values.OrderBy(f => f.Pts)).ShouldBe(Json(rows), $"seed {seed}");
            rows.Max(f => f.Revision).ShouldBeLessThanOrEqualTo(revision, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Insert_verdict_and_selection_all_appear_as_changes()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, frames) = (database.Get<IRunStore>(), database.Get<FramesQuery>());
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);

        var inserted = await store.SaveCandidatesAsync(run.Id, [Make.Candidate(0, 0.5f, Make.Escalate), Make.Candidate(1000)], new Funnel(), Ct);
        (await frames.ChangedAsync(run.Id, 0, 10, Ct)).Select(f => f.Pts).ShouldBe([0, 1000]);
        var judged = await store.SaveVerdictsAsync(run.Id, [(Make.Pts(0), Make.Allow)], Ct);
        (await frames.ChangedAsync(run.Id, inserted, 10, Ct)).Select(f => (f.Pts, f.State)).ShouldBe([(0L, FrameState.Allowed)]);
        await store.SaveSelectionAsync(run.Id, [new Pick(Make.Candidate(1000), 1, "Sharp.")], [], new Funnel(), Ct);
        (await frames.ChangedAsync(run.Id, judged, 10, Ct)).Select(f => (f.Pts, f.Rank)).ShouldBe([(1000L, 1)]);
    }

    private static async Task<long> ChangeAsync(IRunStore store, RunId run, Random random)
    {
        var some = Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(40) * 1000L).Distinct().ToArray();
        switch (random.Next(4))
        {
            case 0:
            case 1:
                return await store.SaveCandidatesAsync(run, [.. some.Select(p => Make.Candidate(p, random.NextSingle(), random.Next(3) == 0 ? Make.Escalate : null))], new Funnel(), Ct);
            case 2:
                return await store.SaveVerdictsAsync(run, [.. some.Select(p => (Make.Pts(p), random.Next(2) == 0 ? Make.Allow : Make.Block))], Ct);
            default:
                return await store.SaveSelectionAsync(run, [.. some.Select((p, i) => new Pick(Make.Candidate(p), i + 1, "Sharp."))], [], new Funnel(), Ct);
        }
    }

    private static async Task<long> CatchUpAsync(FramesQuery frames, RunId run, long after, int take, Dictionary<long, FrameRow> known)
    {
        ImmutableArray<FrameRow> news;
        do
        {
            news = await frames.ChangedAsync(run, after, take, Ct);
            foreach (var row in news)
            {
                row.Revision.ShouldBeGreaterThan(after);
                after = row.Revision;
                known[row.Pts] = row;
            }
        }
        while (!news.IsEmpty);
        return after;
    }

    private static string Json<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, Pipeline.PipelineJson.Options);
}
