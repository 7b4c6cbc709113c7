using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Tests;

/// <summary>Long runs. FRAMEVET_SCALE_FRAMES=100000 makes one worth reading the printed times of (with <c>--show-live-output on</c>).</summary>
public class ScaleSpecs(ITestOutputHelper output)
{
    private static readonly int Frames = int.TryParse(Environment.GetEnvironmentVariable("FRAMEVET_SCALE_FRAMES"), CultureInfo.InvariantCulture, out var frames) ? frames : 2_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_run_stays_whole_and_each_question_says_how_long_it_took()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);
        var random = new Random(1);
        var watch = Stopwatch.StartNew();
        for (var from = 0; from < Frames; from += 50)
        {
            await store.SaveCandidatesAsync(run.Id, [.. Enumerable.Range(from, 50).Select(i => Candidate(i, random))], new Funnel(Sampled: from), Ct);
        }

        Say("insert in batches of 50", watch);
        var frames = database.Get<FramesQuery>();
        var some = ImmutableSortedDictionary<string, ScoreBounds>.Empty.Add("score-3", new ScoreBounds(0.4, 0.9));
        (string Name, FramesFilter Filter, int Skip)[] pages =
        [
            ("pts", new FramesFilter(run.Id), 0),
            ("pts, a late page", new FramesFilter(run.Id), Frames / 10 * 9),
            ("quality descending", new FramesFilter(run.Id, Sort: "quality", Descending: true), 0),
            ("quality descending, a late page", new FramesFilter(run.Id, Sort: "quality", Descending: true), Frames / 10 * 9),
            ("quality descending, allowed", new FramesFilter(run.Id, [FrameState.Allowed, FrameState.Selected], Sort: "quality", Descending: true), 0),
            ("pts, allowed", new FramesFilter(run.Id, [FrameState.Allowed, FrameState.Selected]), 0),
            ("rank", new FramesFilter(run.Id, Sort: "rank"), 0),
            ("quality ascending", new FramesFilter(run.Id, Sort: "quality"), 0),
            ("quality descending, bounds on a score", new FramesFilter(run.Id, null, some, "quality", true), 0),
            ("another score", new FramesFilter(run.Id, null, null, "score-3", true), 0),
        ];
        foreach (var (name, filter, skip) in pages)
        {
            (await TimeAsync("page by " + name, () => frames.PageAsync(filter, skip, 60, Ct))).Rows.Length.ShouldBe(60, name);
        }

        (await TimeAsync("all PTS by quality", () => frames.PtsAsync(new FramesFilter(run.Id, Sort: "quality", Descending: true), Frames, Ct))).Distinct().Count().ShouldBe(Frames);
        (await TimeAsync("counts", () => frames.CountsAsync(run.Id, Ct))).Values.Sum().ShouldBe(Frames);
        (await TimeAsync("ranges", () => frames.RangesAsync(run.Id, 40, Ct))).Select(r => r.Count).ShouldBe(Enumerable.Repeat(Frames, 10));
        (await TimeAsync("curve of quality", () => frames.CurveAsync(run.Id, "quality", 500, Ct))).Length.ShouldBeInRange(250, 500);
        (await TimeAsync("curve of another score", () => frames.CurveAsync(run.Id, "score-3", 500, Ct))).Length.ShouldBeInRange(250, 500);
        var gallery = database.Get<GalleryQuery>();
        var narrow = new FramesFilter(run.Id, null, some.Add("quality", new ScoreBounds(0.5, null)), "score-3", true) { Flags = [MarkFlag.None], Not = ["range:quality"] };
        (await TimeAsync("gallery, all with live counts", () => gallery.LookAsync(new FramesFilter(run.Id), 40, Ct))).Order.Length.ShouldBe(Frames);
        (await TimeAsync("gallery, filtered and sorted with live counts", () => gallery.LookAsync(narrow, 40, Ct))).Order.Length.ShouldBeInRange(1, Frames - 1);
        (await TimeAsync("gallery, stacks", () => gallery.StacksAsync(new FramesFilter(run.Id), "quality", true, 8, false, Ct))).Sum(s => s.Length).ShouldBe(Frames);
        var marks = database.Get<MarkStore>();
        var everything = await gallery.OrderAsync(new FramesFilter(run.Id), Ct);
        var stars = 0;
        (await TimeAsync("stars on all frames in one order", () => marks.DoAsync(run.Id, MarkOrder.Set($"all {++stars}", new MarkSet { Stars = stars }, everything), Make.Lead, Ct))).Changed.ShouldBe(Frames);
        (await TimeAsync("stars taken back from all frames", () => marks.DoAsync(run.Id, new MarkOrder($"undo {++stars}", MarkOrderKind.Undo, []), Make.Lead, Ct))).Changed.ShouldBe(Frames);
        (await TimeAsync("gallery after a mark", async () =>
        {
            await marks.DoAsync(run.Id, MarkOrder.Set($"one {++stars}", new MarkSet { Colour = 1 + (stars % 4) }, everything[7]), Make.Lead, Ct);
            return await gallery.LookAsync(narrow, 40, Ct);
        })).Order.Length.ShouldBeInRange(1, Frames - 1);
        (await TimeAsync("frame with percentiles", () => frames.GetAsync(run.Id, Frames / 2, Ct))).ShouldNotBeNull().Percentiles.Count.ShouldBe(10);
        (await TimeAsync("changes, 200 of the last", () => frames.ChangedAsync(run.Id, Frames - 200, 200, Ct))).Length.ShouldBe(200);
        (await TimeAsync("list of runs", () => database.Get<RunsQuery>().PageAsync(new RunsFilter(), 0, 50, Ct))).Rows.Single().CoverIsAllowed.ShouldBeTrue();
        (await TimeAsync("all candidates", () => store.CandidatesAsync(run.Id, Ct))).Length.ShouldBe(Frames);
        await TimeAsync("selection", () => store.SaveSelectionAsync(run.Id, [], [], new Funnel(), Ct));
        await TimeAsync("clear", async () =>
        {
            await store.ClearAsync(run.Id, Ct);
            return 0;
        });
    }

    private static Candidate Candidate(int i, Random random)
    {
        var scores = Enumerable.Range(0, 10).ToImmutableSortedDictionary(n => n == 0 ? "quality" : $"score-{n}", _ => random.NextSingle(), StringComparer.Ordinal);
        var verdict = random.Next(20) == 0 ? Make.Escalate : Make.Allow;
        return Make.Candidate(i, 0, verdict, random.Next(3) == 0 ? "The sharpness of 12.1 is below 30." : null, true, new Finding("nudity", random.NextDouble(), "skin-region", "1.0")) with { Scores = scores };
    }

    private async Task<T> TimeAsync<T>(string what, Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        Say(what + " (first)", watch);
        watch.Restart();
        var answer = await work();
        Say(what, watch);
        return answer;
    }

    private void Say(string what, Stopwatch watch) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.ElapsedMilliseconds,7} ms  {what}"));
}
