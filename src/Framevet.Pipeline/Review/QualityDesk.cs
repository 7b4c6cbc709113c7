using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>Checks the checkers: samples of what machines cleared, and items whose answer is known. Thread-safe.</summary>
public sealed class QualityDesk(RunPorts ports, ISettingsStore settings, IReviewLedger ledger)
{
    private const int Batch = 200;
    private const int MostFrames = 24;

    /// <summary>Looks at runs that finished without people since the last time and puts the sampled ones into the queue. Returns how many.</summary>
    public async Task<int> SampleAsync(CancellationToken ct)
    {
        var rules = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Review;
        var sampled = 0;
        while (!ct.IsCancellationRequested)
        {
            var cleared = await ledger.NewlyClearedAsync(Batch, ct).ConfigureAwait(false);
            foreach (var run in cleared)
            {
                sampled += await LookAtAsync(run, rules, ct).ConfigureAwait(false) ? 1 : 0;
            }

            if (cleared.Length < Batch)
            {
                break;
            }
        }

        return sampled;
    }

    /// <summary>Makes the decision on an item a known answer that others are asked for.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Conflict (no decision in effect).</exception>
    public async Task<GoldenItem> MakeGoldenAsync(Guid id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Lead, "make golden items");
        var item = await ports.Reviews.GetAsync(id, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, $"There is no review item {id:N}.");
        if (item is not { State: ReviewState.Decided, IsSettled: true, Kind: not ReviewKind.Golden, Decision: { } word })
        {
            throw new VettingException(FailureCode.Conflict, "Only an item whose decision is in effect can become a golden one.");
        }

        var golden = new GoldenItem(Guid.CreateVersion7(ports.Time.GetUtcNow()), item.RunId, item.Frames, item.TopLabel, item.TopConfidence, word.Decision, word.Label, actor.Name, ports.Time.GetUtcNow());
        await ledger.AddGoldenAsync(golden, ct).ConfigureAwait(false);
        await ports.Audit.AppendAsync(actor, "review.golden", golden.Id.ToString("N"), null, Audited.Decision(item, word, null), ct).ConfigureAwait(false);
        return golden;
    }

    private async Task<bool> LookAtAsync(ClearedRun run, ReviewRules rules, CancellationToken ct)
    {
        var stratum = QualitySample.StratumOf(run.TopLabel, run.TopConfidence);
        var ordinal = await ledger.StratumCountAsync(stratum, ct).ConfigureAwait(false) + 1;
        var isSampled = QualitySample.Has(stratum, ordinal, rules.SampleShare, rules.SampleSeed);
        if (isSampled)
        {
            var frames = await ports.Store.CandidatesAsync(run.RunId, ct).ConfigureAwait(false);
            var shown = Chosen([.. frames.Where(f => f.Judgement?.Verdict.Decision == Decision.Allow && f.ThumbKey is not null)]);
            if (shown.IsEmpty)
            {
                isSampled = false;
            }
            else
            {
                var item = await ports.Reviews.AddAsync(ReviewCase.For(run.RunId, shown, ports.Time.GetUtcNow(), ReviewKind.Sample), ct).ConfigureAwait(false);
                await ports.TellReviewAsync(run.RunId, item.Id, ReviewState.Waiting, null, ct).ConfigureAwait(false);
            }
        }

        await ledger.SaveClearedAsync(run.RunId, stratum, ordinal, isSampled, ct).ConfigureAwait(false);
        return isSampled;
    }

    // The most suspicious half, and the rest spread evenly over time: a miss may lie where the machine saw nothing.
    private static ImmutableArray<Candidate> Chosen(ImmutableArray<Candidate> frames)
    {
        if (frames.Length <= MostFrames)
        {
            return frames;
        }

        var suspicious = frames.OrderByDescending(f => f.Judgement!.Findings.Select(g => g.Confidence).DefaultIfEmpty(0).Max()).Take(MostFrames / 2);
        var spread = Enumerable.Range(0, MostFrames / 2).Select(i => frames[(int)((i + 0.5) * frames.Length / (MostFrames / 2))]);
        return [.. suspicious.Concat(spread).DistinctBy(f => f.Pts).OrderBy(f => f.Pts)];
    }
}
