using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Data.Tests;

/// <summary>Filters, orders and sums against a recount in memory over random runs.</summary>
public class FramesQuerySpecs
{
    private const int Seeds = 100;
    private static readonly string[] ScoreIds = ["quality", "sharpness", "motion-blur"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_orders_and_pages_equal_a_recount_in_memory()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var query = database.Get<FramesQuery>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var (run, all) = await RandomRunAsync(database, random);
            for (var i = 0; i < 4; i++)
            {
                var filter = RandomFilter(run, random);
                var expected = Recount(all, filter);
                var (skip, take) = (random.Next(0, 20), random.Next(1, 30));

                var page = await query.PageAsync(filter, skip, take, Ct);

                page.Total.ShouldBe(expected.Count, $"seed {seed}, {filter}");
                page.Rows.Select(r => r.Pts).ShouldBe(expected.Skip(skip).Take(take).Select(c => c.Pts.Value), $"seed {seed}, {filter}");
                (await query.PtsAsync(filter, take, Ct)).AsEnumerable().ShouldBe(expected.Take(take).Select(c => c.Pts.Value), $"seed {seed}, {filter}");
            }
        }
    }

    [Fact]
    public async Task Counts_ranges_curve_and_percentiles_equal_a_recount_in_memory()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var query = database.Get<FramesQuery>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var (run, all) = await RandomRunAsync(database, random);

            (await query.CountsAsync(run, Ct)).ShouldBe(Enum.GetValues<FrameState>().ToImmutableSortedDictionary(s => s, s => all.Count(c => StateOf(c) == s)), $"seed {seed}");
            foreach (var range in await query.RangesAsync(run, 7, Ct))
            {
                var values = all.Select(c => c.Score(range.Score)).OfType<float>().Select(Exact).ToList();
                (range.Count, range.Min, range.Max, range.Histogram.Sum()).ShouldBe((values.Count, values.Min(), values.Max(), values.Count), $"seed {seed}");
                var width = (range.Max - range.Min) / 7;
                var inFirst = width > 0 ? values.Count(v => (int)((v - range.Min) / (range.Max - range.Min) * 7) == 0) : values.Count;
                range.Histogram[0].ShouldBe(inFirst, $"seed {seed}");
            }

            (await query.CurveAsync(run, "sharpness", 1000, Ct)).Select(p => (p.Pts, p.Value, p.State))
                .ShouldBe(all.Where(c => c.Score("sharpness") is not null).OrderBy(c => c.Pts).Select(c => (c.Pts.Value, c.Score("sharpness")!.Value, StateOf(c))), $"seed {seed}");
            var stamps = all.Select(c => c.Pts.Value).Order().ToList();
            var at = random.Next(stamps.Count);
            var details = (await query.GetAsync(run, stamps[at], Ct)).ShouldNotBeNull();
            (details.PreviousPts, details.NextPts).ShouldBe((at == 0 ? null : stamps[at - 1], at == stamps.Count - 1 ? null : stamps[at + 1]), $"seed {seed}");
            foreach (var (score, percentile) in details.Percentiles)
            {
                var values = all.Select(c => c.Score(score)).OfType<float>().ToList();
                percentile.ShouldBe(100.0 * values.Count(v => v < details.Candidate.Scores[score]) / values.Count, 1e-9, $"seed {seed}");
            }
        }
    }

    [Fact]
    public async Task Pages_put_together_are_the_whole_list_without_a_gap_or_a_double()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var query = database.Get<FramesQuery>();
        var (run, all) = await RandomRunAsync(database, new Random(7), frames: 200);
        foreach (var sort in (string[])["pts", "rank", .. ScoreIds])
        {
            foreach (var descending in (bool[])[false, true])
            {
                var filter = new FramesFilter(run, Sort: sort, Descending: descending);
                var pages = new List<long>();
                for (var skip = 0; skip < all.Length; skip += 17)
                {
                    pages.AddRange((await query.PageAsync(filter, skip, 17, Ct)).Rows.Select(r => r.Pts));
                }

                pages.ShouldBe((await query.PtsAsync(filter, 1000, Ct)).AsEnumerable(), sort);
                pages.Order().ShouldBe(all.Select(c => c.Pts.Value).Order(), sort);
            }
        }
    }

    [Fact]
    public async Task A_thinned_curve_keeps_the_extremes_and_the_order()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, all) = await RandomRunAsync(database, new Random(3), frames: 500);
        var query = database.Get<FramesQuery>();

        var whole = await query.CurveAsync(run, "quality", 10_000, Ct);
        var thin = await query.CurveAsync(run, "quality", 41, Ct);

        thin.Length.ShouldBeInRange(20, 41);
        thin.Select(p => p.Pts).ShouldBe(thin.Select(p => p.Pts).Order());
        thin.ShouldBeSubsetOf(whole);
        (thin.Min(p => p.Value), thin.Max(p => p.Value)).ShouldBe((whole.Min(p => p.Value), whole.Max(p => p.Value)));
    }

    [Theory]
    [InlineData("'; DROP TABLE Frames; --")]
    [InlineData("a\"b")]
    [InlineData("Quality")]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("quality\n")]
    public async Task A_name_that_cannot_be_a_score_is_refused(string name)
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var query = database.Get<FramesQuery>();
        var run = RunId.New(database.Clock.Now);
        var bounds = ImmutableSortedDictionary<string, ScoreBounds>.Empty.Add(name, new ScoreBounds(0, 1));

        (await Should.ThrowAsync<VettingException>(() => query.PageAsync(new FramesFilter(run, Sort: name), 0, 1, Ct))).Code.ShouldBe(FailureCode.InvalidRequest);
        (await Should.ThrowAsync<VettingException>(() => query.PtsAsync(new FramesFilter(run, Scores: bounds), 1, Ct))).Code.ShouldBe(FailureCode.InvalidRequest);
        (await Should.ThrowAsync<VettingException>(() => query.CurveAsync(run, name, 10, Ct))).Code.ShouldBe(FailureCode.InvalidRequest);
    }

    [Fact]
    public async Task A_run_without_frames_has_empty_answers()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var query = database.Get<FramesQuery>();
        var run = RunId.New(database.Clock.Now);

        (await query.PageAsync(new FramesFilter(run), 0, 10, Ct)).Total.ShouldBe(0);
        (await query.RangesAsync(run, 5, Ct)).ShouldBeEmpty();
        (await query.CurveAsync(run, "quality", 10, Ct)).ShouldBeEmpty();
        (await query.GetAsync(run, 0, Ct)).ShouldBeNull();
    }

    private static async Task<(RunId Run, ImmutableArray<Candidate> All)> RandomRunAsync(TestDatabase database, Random random, int frames = 40)
    {
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);
        var stamps = Enumerable.Range(0, random.Next(1, frames + 1)).Select(i => (i - 3) * 1001L).ToArray();
        random.Shuffle(stamps);
        await store.SaveCandidatesAsync(run.Id, [.. stamps.Select(p => RandomCandidate(p, random))], new Funnel(), Ct);
        var allowed = (await store.CandidatesAsync(run.Id, Ct)).Where(c => c.IsAllowed && c.PassedGates).Take(random.Next(5)).ToList();
        await store.SaveSelectionAsync(run.Id, [.. allowed.Select((c, i) => new Pick(c, i + 1, "Sharp."))], [], new Funnel(), Ct);
        return (run.Id, await store.CandidatesAsync(run.Id, Ct));
    }

    private static Candidate RandomCandidate(long pts, Random random)
    {
        // Few distinct values, so that ties and bounds that hit exactly do occur.
        var scores = ScoreIds.Where(_ => random.Next(5) > 0).ToImmutableSortedDictionary(s => s, _ => random.Next(12) / 10f, StringComparer.Ordinal);
        var verdict = random.Next(4) switch { 0 => Make.Escalate, 1 => Make.Block, _ => Make.Allow };
        return Make.Candidate(pts, 0, verdict, random.Next(4) == 0 ? "Too dark." : null, random.Next(6) > 0) with { Scores = scores };
    }

    private static FramesFilter RandomFilter(RunId run, Random random)
    {
        var bounds = ScoreIds.Where(_ => random.Next(3) == 0).ToImmutableSortedDictionary(
            s => s, _ => new ScoreBounds(random.Next(2) == 0 ? random.Next(8) / 10.0 : null, random.Next(2) == 0 ? random.Next(4, 12) / 10.0 : null));
        var states = random.Next(2) == 0 ? (ImmutableArray<FrameState>?)null : [.. Enum.GetValues<FrameState>().Where(_ => random.Next(2) == 0)];
        string[] sorts = ["pts", "rank", .. ScoreIds, "unknown-score"];
        return new FramesFilter(run, states, bounds.IsEmpty && random.Next(2) == 0 ? null : bounds, sorts[random.Next(sorts.Length)], random.Next(2) == 0);
    }

    private static List<Candidate> Recount(ImmutableArray<Candidate> all, FramesFilter filter)
    {
        var matching = all.Where(c => filter.States is not { } states || states.Contains(StateOf(c)))
            .Where(c => filter.Scores is null || filter.Scores.All(b => b.Value is { Min: null, Max: null } || (c.Score(b.Key) is { } score
                && (b.Value.Min is not { } min || Exact(score) >= min) && (b.Value.Max is not { } max || Exact(score) <= max))));
        double? Key(Candidate c) => filter.Sort switch { "pts" => c.Pts.Value, "rank" => c.Rank, _ => c.Score(filter.Sort) is { } score ? Exact(score) : null };
        var present = matching.Where(c => Key(c) is not null);
        var ordered = filter.Descending ? present.OrderByDescending(Key).ThenBy(c => c.Pts) : present.OrderBy(Key).ThenBy(c => c.Pts);
        return [.. ordered, .. matching.Where(c => Key(c) is null).OrderBy(c => c.Pts)];
    }

    // The rule written down a second time, from the words on FrameState.
    private static FrameState StateOf(Candidate c)
    {
        if (c.Losses.Any(l => l.Stage == LossStage.Gating))
        {
            return FrameState.Lost;
        }

        if (c.Judgement is null || c.Judgement.Verdict.Decision == Decision.Escalate)
        {
            return FrameState.Pending;
        }

        return c.Judgement.Verdict.Decision == Decision.Block ? FrameState.Blocked : c.Rank is null ? FrameState.Allowed : FrameState.Selected;
    }

    private static double Exact(float score) => (double)(decimal)score;
}
