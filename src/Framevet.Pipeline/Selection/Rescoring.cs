using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// Judges the stored frames of a run anew with other weights, gates and selectors: scores, fingerprints and verdicts are those that the run stored, nothing is decoded. What a recipe measures that the run did not
/// stays unknown. Gates that compare pictures read the stored thumbnails. Thread-safe.
/// </summary>
public sealed class Rescoring(PartCatalog catalog, IBlobStore blobs, JpegCodec jpeg)
{
    /// <summary>The outcome for frames by rising PTS, with their scenes where the run has some.</summary>
    /// <exception cref="VettingException">InvalidRequest for a recipe that the catalogue refuses.</exception>
    public async Task<Rescored> ApplyAsync(ImmutableArray<Candidate> frames, Recipe recipe, Funnel funnel, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(funnel);
        if (catalog.Validate(recipe).FirstOrDefault(f => !f.StartsWith("exporters", StringComparison.Ordinal)) is { } fault)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"This cannot be tried: {fault}.");
        }

        ImmutableArray<IDerivedMetric> derived = [.. recipe.Metrics.Select(catalog.Build<IMetric>).OfType<IDerivedMetric>()];
        var gates = RunParts.InOrder(recipe.Gates.Select(g => new NamedGate(g.Id, catalog.Build<IGate>(g))));
        var scored = Derive(frames, derived, ct);
        var judged = await RunGating.JudgeAsync(scored, gates, new ThumbLooks(blobs, jpeg), ct).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        ImmutableArray<Candidate> eligible = [.. judged.Where(f => f.PassedGates && f.IsAllowed)];
        var picks = catalog.Build<ISelector>(recipe.Selector).Pick(eligible);
        var byPts = picks.ToDictionary(p => p.Candidate.Pts);
        var missed = new Loss(LossStage.Selection, recipe.Selector.Id, $"Allowed, but not among the {picks.Length} picked.");
        var outcome = ForEach(judged, f => Outcome(f, byPts.GetValueOrDefault(f.Pts), missed), ct);
        return new Rescored(outcome, picks, funnel.Recount(outcome));
    }

    private static ImmutableArray<Candidate> Derive(ImmutableArray<Candidate> frames, ImmutableArray<IDerivedMetric> metrics, CancellationToken ct) =>
        metrics.IsEmpty ? frames : ForEach(frames, f => Derive(f, metrics), ct);

    // Frames are plain data: each is changed alone, on all processors.
    private static ImmutableArray<Candidate> ForEach(ImmutableArray<Candidate> frames, Func<Candidate, Candidate> change, CancellationToken ct)
    {
        var made = new Candidate[frames.Length];
        Parallel.For(0, frames.Length, new ParallelOptions { CancellationToken = ct }, i => made[i] = change(frames[i]));
        return ImmutableCollectionsMarshal.AsImmutableArray(made);
    }

    private static Candidate Derive(Candidate frame, ImmutableArray<IDerivedMetric> metrics)
    {
        var scores = frame.Scores;
        Span<float> values = stackalloc float[16];
        foreach (var metric in metrics)
        {
            var now = values[..metric.Outputs.Length];
            now.Fill(float.NaN);
            metric.Derive(scores, now);
            for (var i = 0; i < now.Length; i++)
            {
                var id = metric.Outputs[i].Id;
                if (!float.IsFinite(now[i]))
                {
                    scores = scores.Remove(id);
                }
                else if (!scores.TryGetValue(id, out var old) || old != now[i])
                {
                    scores = scores.SetItem(id, now[i]);
                }
            }
        }

        return ReferenceEquals(scores, frame.Scores) ? frame : frame with { Scores = scores };
    }

    private static Candidate Outcome(Candidate frame, Pick? pick, Loss missed)
    {
        var losses = frame.Losses.Any(l => l.Stage == LossStage.Selection) ? frame.Losses.RemoveAll(l => l.Stage == LossStage.Selection) : frame.Losses;
        losses = pick is null && frame.PassedGates && frame.IsAllowed ? losses.Add(missed) : losses;
        return losses == frame.Losses && frame.Rank == pick?.Rank && frame.PickReason == pick?.Reason ? frame : frame with { Losses = losses, Rank = pick?.Rank, PickReason = pick?.Reason };
    }
}

/// <summary>What came out: all frames by rising PTS as they would be stored, the picks by rank, and the funnel.</summary>
public sealed record Rescored(ImmutableArray<Candidate> Frames, ImmutableArray<Pick> Picks, Funnel Funnel)
{
    /// <summary>The picks as a version keeps them.</summary>
    public ImmutableArray<VersionPick> Kept => [.. Picks.Select(p => new VersionPick(p.Candidate.Pts.Value, p.Rank, p.Reason))];
}
