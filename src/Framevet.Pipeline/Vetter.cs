using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline;

/// <summary>
/// The pipeline, in the order of the picture in the README: probe, decode, sampling, scoring, gating, moderation; then, once people have
/// looked where they must, selection and export. Knows neither states nor queues: RunDesk decides when which act is due.
/// </summary>
public sealed class Vetter(IMediaProbe probe, IFrameSource source, IBlobStore blobs, JpegCodec jpeg, BuildParts build)
{
    // Batches decoded ahead of scoring: enough to keep the decoder busy, few enough to keep memory small.
    private const int BatchesAhead = 2;

    /// <summary>
    /// Act one. Scores and judges every sampled frame that is not yet stored; the rows end up the same however often it was interrupted.
    /// </summary>
    /// <exception cref="VettingException">The file cannot be vetted, or a tool or the disk failed.</exception>
    public async Task VetAsync(RunJournal journal, SourceFile file, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(file);
        var parts = build(journal.Run.Recipe);
        var pass = new ScoringPass(journal.Run.Id, parts, jpeg, blobs);
        var stored = await journal.StoredAsync(ct).ConfigureAwait(false);
        pass.Resume(stored);

        journal.Progress(RunStage.Probe, null);
        var media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
        var plan = parts.Sampler.Plan(media);
        journal.Resume(stored, plan);
        await journal.SaveMediaAsync(media, ct).ConfigureAwait(false);
        await journal.LogAsync(RunLogLevel.Info, Opening(media, pass.Context), ct).ConfigureAwait(false);

        var request = new DecodeRequest(media, plan, journal.Run.Recipe.AnalysisSide, pass.Context);
        journal.Progress(RunStage.Score, pass.Context is { } from ? media.FractionAt(from.Pts) : null);
        await foreach (var batch in source.ReadAsync(request, journal, ct).Prefetch(BatchesAhead, ct).ConfigureAwait(false))
        {
            double? fraction;
            ImmutableArray<Scored> scored;
            using (batch)
            {
                fraction = batch.Count == 0 ? null : media.FractionAt(batch[batch.Count - 1].Pts);
                pass.Sample(batch);
                scored = pass.Score(batch, ct);
            }

            var judged = await pass.ModerateAsync(pass.Gate(scored), ct).ConfigureAwait(false);
            await journal.AddAsync(judged, ct).ConfigureAwait(false);
            journal.Progress(RunStage.Score, fraction);
        }

        await journal.FlushAsync(ct).ConfigureAwait(false);
        await CloseAsync(journal, file, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Act two. Picks the best of the frames that passed the gates and are allowed, stores the outcome, and exports the picks. Returns the
    /// picks in rank order; none is an outcome, not an error.
    /// </summary>
    public async Task<ImmutableArray<Pick>> FinishAsync(RunJournal journal, ExportPicks export, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(export);
        journal.Progress(RunStage.Select, null);
        var stored = await journal.StoredAsync(ct).ConfigureAwait(false);
        var frames = stored.Select(Unselected).ToImmutableArray();
        ImmutableArray<Candidate> eligible = [.. frames.Where(f => f.PassedGates && f.IsAllowed)];

        var picks = build(journal.Run.Recipe).Selector.Pick(eligible);
        var ranks = picks.ToDictionary(p => p.Candidate.Pts, p => p.Rank);
        ImmutableArray<(Pts, Loss)> losses = [.. eligible.Where(f => !ranks.ContainsKey(f.Pts)).Select(f => (f.Pts, NotPicked(journal.Run, picks.Length)))];
        var ranked = frames.Select(f => ranks.TryGetValue(f.Pts, out var rank) ? f with { Rank = rank } : f);
        await journal.SaveSelectionAsync(picks, losses, journal.Funnel.Recount(ranked), ct).ConfigureAwait(false);
        journal.Progress(RunStage.Select, 1);

        if (!picks.IsEmpty)
        {
            journal.Progress(RunStage.Export, 0);
            await journal.SaveExportedAsync(await export(picks, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            journal.Progress(RunStage.Export, 1);
        }

        return picks;
    }

    private static async Task CloseAsync(RunJournal journal, SourceFile file, CancellationToken ct)
    {
        var funnel = journal.Funnel;
        if (funnel.Sampled == 0)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName}: no frame could be scored.", journal.FirstDamage);
        }

        if (funnel.Damaged > 0)
        {
            await journal.LogAsync(RunLogLevel.Warning, $"The decoder reported {funnel.Damaged} damaged pictures; the others were vetted.", ct).ConfigureAwait(false);
        }

        journal.Progress(RunStage.Score, 1);
    }

    private static string Opening(MediaInfo media, FrameStamp? context) => context is { } last
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Continues after the frame at {last.Pts.Seconds:0.000} s.")
        : $"{media.Kind}, {media.Codec}, {media.Width} × {media.Height}.";

    // An earlier outcome does not count: act two may be repeated.
    private static Candidate Unselected(Candidate frame) =>
        frame with { Rank = null, Losses = [.. frame.Losses.Where(l => l.Stage != LossStage.Selection)] };

    private static Loss NotPicked(Run run, int picked) =>
        new(LossStage.Selection, run.Recipe.Selector.Id, $"Allowed, but not among the {picked} picked.");
}

/// <summary>Exports picks in rank order; answers how many stills were written.</summary>
public delegate Task<int> ExportPicks(ImmutableArray<Pick> picks, CancellationToken ct);
