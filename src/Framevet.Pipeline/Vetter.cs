using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Segments;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Telemetry;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline;

/// <summary>
/// The pipeline, in the order of the picture in the README: probe, decode, sampling, scoring, gating, moderation; then, once people have
/// looked where they must, selection and export. Knows neither states nor queues: RunDesk decides when which act is due.
/// </summary>
public sealed class Vetter(IMediaProbe probe, IFrameSource source, FramePool pool, IBlobStore blobs, JpegCodec jpeg, BuildParts build, ClipModeration clips, TimeProvider time, FanOut? fanOut = null)
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
        RunParts parts;
        try
        {
            parts = await MeasureAsync(journal, file, fanOut, ct).ConfigureAwait(false);
        }
        catch (SplitVoidException reason)
        {
            // As after an interruption: the rest by this worker alone.
            await journal.FlushAsync(ct).ConfigureAwait(false);
            await journal.LogAsync(RunLogLevel.Warning, reason.Message, ct).ConfigureAwait(false);
            await fanOut!.ClearAsync(journal.Run.Id, ct).ConfigureAwait(false);
            parts = await MeasureAsync(journal, file, null, ct).ConfigureAwait(false);
        }

        await CloseAsync(journal, file, ct).ConfigureAwait(false);
        await RegateAsync(journal, ct).ConfigureAwait(false);
        if (parts.Clip is { } moderation)
        {
            using var span = RunTrace.Stage("moderate clip");
            await clips.ConcludeAsync(journal, moderation, ct).ConfigureAwait(false);
        }

        await FindPeopleAsync(journal, ct).ConfigureAwait(false);
    }

    /// <summary>From the file to stored frames. <paramref name="sharing"/>: gives parts of a long file to other workers; null = this one does all.</summary>
    private async Task<RunParts> MeasureAsync(RunJournal journal, SourceFile file, FanOut? sharing, CancellationToken ct)
    {
        var parts = await clips.WithBankAsync(build(journal.Run.Recipe), journal.Run, ct).ConfigureAwait(false);
        var pass = new ScoringPass(journal.Run.Id, parts, jpeg, blobs);
        var (stored, scenes, from) = await EarlierAsync(journal, parts, ct).ConfigureAwait(false);
        pass.Resume(stored);

        journal.Progress(RunStage.Probe, null);
        MediaInfo media;
        using (RunTrace.Stage("probe"))
        {
            media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
        }

        // The container counts the frames of the whole file.
        var range = journal.Run.Recipe.Range;
        var plan = Planned(await parts.Sampler.PlanAsync(range is null ? media : media with { FrameCountHint = null }, ct).ConfigureAwait(false), range, file);
        var reading = RunReading.Of(parts, plan);
        journal.Tally.Resume(stored, reading, from);
        await journal.SaveMediaAsync(media, ct).ConfigureAwait(false);
        await journal.LogAsync(RunLogLevel.Info, Opening(media, pass.Context), ct).ConfigureAwait(false);

        foreach (var (level, text) in parts.Notices)
        {
            await journal.LogAsync(level, text, ct).ConfigureAwait(false);
        }

        var clock = new StageClock(time);
        if (sharing is not null && await sharing.TryBeginAsync(new SplitTask(journal, file, parts, pass, media, plan, from, scenes), ct).ConfigureAwait(false) is { } shared)
        {
            journal.Tally.ResumeShared(stored);
            await StoreAsync(journal, pass, shared.ReadAsync(ct), () => shared.Scenes, () => shared.Fraction, clock, ct).ConfigureAwait(false);
            return parts;
        }

        var request = new DecodeRequest(media, reading, journal.Run.Recipe.AnalysisSide, from);
        var sampling = await SamplingAsync(parts, request, plan, stored, pass.Context, ct).ConfigureAwait(false);
        sampling.Resume(scenes);
        journal.Progress(RunStage.Score, from is { } start ? media.FractionAt(start.Pts) : null);
        await StoreAsync(journal, pass, ScoredAsync(sampling.ReadAsync(source.ReadAsync(request, journal, ct), ct), pass, clock, ct), () => sampling.Scenes,
            () => journal.Tally.LastDecoded is { } last ? media.FractionAt(last) : null, clock, ct).ConfigureAwait(false);
        return parts;
    }

    /// <summary>Measures what this process decodes.</summary>
    private static async IAsyncEnumerable<ImmutableArray<Scored>> ScoredAsync(IAsyncEnumerable<FrameBatch> batches, ScoringPass pass, StageClock clock, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var batch in batches.Prefetch(BatchesAhead, ct).ConfigureAwait(false))
        {
            clock.Lap("decode");
            ImmutableArray<Scored> scored;
            using (batch)
            {
                pass.Follow(batch);
                scored = pass.Score(batch, ct);
            }

            clock.Lap("score");
            yield return scored;
        }
    }

    /// <summary>Has measured frames judged, and stores them.</summary>
    private static async Task StoreAsync(RunJournal journal, ScoringPass pass, IAsyncEnumerable<ImmutableArray<Scored>> frames, Func<ImmutableArray<Scene>> scenes, Func<double?> fraction, StageClock clock, CancellationToken ct)
    {
        var decoded = journal.Funnel.Decoded;
        await foreach (var scored in frames.ConfigureAwait(false))
        {
            clock.Lap("decode");
            var before = journal.Funnel;
            var judged = await pass.ModerateAsync(pass.Gate(scored), ct).ConfigureAwait(false);
            clock.Lap("moderate");
            await journal.AddAsync(judged, scenes(), ct).ConfigureAwait(false);
            clock.Lap("store");
            PipelineMeter.Count(before with { Decoded = decoded }, journal.Funnel);
            decoded = journal.Funnel.Decoded;
            journal.Progress(RunStage.Score, fraction());
        }

        clock.Lap("decode");
        clock.Tell();
        await journal.AddAsync([], scenes(), ct).ConfigureAwait(false);
        await journal.FlushAsync(ct).ConfigureAwait(false);
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
        var clock = new StageClock(time);
        var before = journal.Funnel;
        var stored = await journal.StoredAsync(ct).ConfigureAwait(false);
        var frames = stored.Select(Unselected).ToImmutableArray().InScenes(await journal.ScenesAsync(ct).ConfigureAwait(false));
        ImmutableArray<Candidate> eligible = [.. frames.Where(f => f.PassedGates && f.IsAllowed)];

        var picks = build(journal.Run.Recipe).Selector.Pick(eligible);
        var ranks = picks.ToDictionary(p => p.Candidate.Pts, p => p.Rank);
        ImmutableArray<(Pts, Loss)> losses = [.. eligible.Where(f => !ranks.ContainsKey(f.Pts)).Select(f => (f.Pts, NotPicked(journal.Run, picks.Length)))];
        var ranked = frames.Select(f => ranks.TryGetValue(f.Pts, out var rank) ? f with { Rank = rank } : f);
        await journal.SaveSelectionAsync(picks, losses, journal.Funnel.Recount(ranked), ct).ConfigureAwait(false);
        journal.Progress(RunStage.Select, 1);
        clock.Lap("select");

        if (!picks.IsEmpty)
        {
            journal.Progress(RunStage.Export, 0);
            await journal.SaveExportedAsync(await export(picks, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            journal.Progress(RunStage.Export, 1);
            clock.Lap("export");
        }

        clock.Tell();
        PipelineMeter.Count(before, journal.Funnel);
        return picks;
    }

    /// <summary>What an interrupted run has stored, as far as this one can go on from there, and the stored frame with which reading begins again.</summary>
    private static async Task<(ImmutableArray<Candidate> Frames, ImmutableArray<Scene> Scenes, FrameStamp? From)> EarlierAsync(RunJournal journal, RunParts parts, CancellationToken ct)
    {
        var stored = await journal.StoredAsync(ct).ConfigureAwait(false);
        if (stored.IsEmpty || parts.Sampler.Remembers)
        {
            return ([], [], null);
        }

        if (parts.Scenes is not { } detector)
        {
            return (stored, [], Stamp(stored[^1]));
        }

        var scenes = await journal.ScenesAsync(ct).ConfigureAwait(false);
        if (scenes.IsEmpty || detector.WarmUp is not { } before)
        {
            return ([], [], null);
        }

        var early = stored.LastOrDefault(f => f.Pts.Time + before <= stored[^1].Pts.Time);
        return early is null ? ([], [], null) : (stored, scenes, Stamp(early));

        static FrameStamp Stamp(Candidate frame) => new(frame.Index, frame.Pts);
    }

    /// <summary>The sampler's plan within the stretch that the recipe asks for.</summary>
    private static DecodePlan Planned(DecodePlan plan, RecipeRange? range, SourceFile file)
    {
        if (range is null)
        {
            return plan;
        }

        var stretch = new TimeRange(TimeSpan.FromSeconds(range.FromSeconds), range.ToSeconds is { } to ? TimeSpan.FromSeconds(to) : null);
        return TimeRange.Common(plan.Within, [stretch]) is { } common
            ? plan with { Within = common, StartsFast = plan.StartsFast || range.StartsFast }
            : throw new VettingException(FailureCode.InvalidRequest, $"{file.DisplayName}: nothing that the sampler wants lies in the chosen stretch of time.");
    }

    private async Task<SamplingPass> SamplingAsync(RunParts parts, DecodeRequest request, DecodePlan plan, ImmutableArray<Candidate> stored, FrameStamp? context, CancellationToken ct)
    {
        if (parts.Scenes is null || plan is DecodePlan.EveryFrame)
        {
            return new SamplingPass(parts, pool, context);
        }

        // Grids begin with the first frame, which every plan keeps; a stretch need not hold it.
        var origin = !plan.Within.IsEmpty ? request.Media.StartPts is { } start ? new Pts(start, request.Media.TimeBase) : (Pts?)null
            : stored.IsEmpty ? null : stored[0].Pts;
        var bounds = await source.BoundsAsync(request.Media, plan, ct).ConfigureAwait(false);
        return new SamplingPass(parts, pool, context) { Filter = new PlanFilter(plan, origin, bounds), KeepsLast = plan.WithLast };
    }

    /// <summary>Asks the gates that need every frame, and after them those that drop repetitions once more.</summary>
    private async Task RegateAsync(RunJournal journal, CancellationToken ct)
    {
        var gates = build(journal.Run.Recipe).Gates;
        if (!gates.Any(g => g.Gate is IRunGate))
        {
            return;
        }

        var before = await journal.StoredAsync(ct).ConfigureAwait(false);
        var scenes = await journal.ScenesAsync(ct).ConfigureAwait(false);
        var after = await RunGating.JudgeAsync(before.InScenes(scenes), gates, new ThumbLooks(blobs, jpeg), ct).ConfigureAwait(false);
        var changed = after.Zip(before).Where(p => !p.First.Losses.SequenceEqual(p.Second.Losses))
            .Select(p => (p.First.Pts, p.First.Losses.Where(l => l.Stage == LossStage.Gating).ToImmutableArray())).ToImmutableArray();
        if (!changed.IsEmpty)
        {
            await journal.SaveGatingAsync(changed, journal.Funnel.Recount(after), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Groups the faces of the run by who they are; nothing to do where no metric embedded any.</summary>
    private static async Task FindPeopleAsync(RunJournal journal, CancellationToken ct)
    {
        var frames = await journal.StoredAsync(ct).ConfigureAwait(false);
        if (frames.Any(f => f.Detections?.Faces is { } faces && faces.Any(face => face.Embedding is not null)))
        {
            await journal.SavePeopleAsync(FaceGroups.Of(frames), ct).ConfigureAwait(false);
        }
    }

    private static async Task CloseAsync(RunJournal journal, SourceFile file, CancellationToken ct)
    {
        var funnel = journal.Funnel;
        if (funnel.Sampled == 0)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName}: no frame could be scored.", journal.Tally.FirstDamage);
        }

        if (journal.Tally.Notice is { } notice)
        {
            await journal.LogAsync(RunLogLevel.Warning, notice, ct).ConfigureAwait(false);
        }

        if (funnel.Damaged > 0)
        {
            await journal.LogAsync(RunLogLevel.Warning, $"The decoder reported {funnel.Damaged} damaged pictures; the others were vetted.{(journal.Tally.FirstDamage is { } first ? $" The first: {first}" : "")}", ct).ConfigureAwait(false);
        }

        journal.Progress(RunStage.Score, 1);
    }

    private static string Opening(MediaInfo media, FrameStamp? context) => context is { } last
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Continues after the frame at {last.Pts.Seconds:0.000} s.")
        : $"{media.Kind}, {media.Codec}, {media.Width} × {media.Height}.";

    // An earlier outcome does not count: act two may be repeated.
    private static Candidate Unselected(Candidate frame) =>
        frame with { Rank = null, PickReason = null, Losses = [.. frame.Losses.Where(l => l.Stage != LossStage.Selection)] };

    private static Loss NotPicked(Run run, int picked) =>
        new(LossStage.Selection, run.Recipe.Selector.Id, $"Allowed, but not among the {picked} picked.");
}

/// <summary>Exports picks in rank order; answers how many stills were written.</summary>
public delegate Task<int> ExportPicks(ImmutableArray<Pick> picks, CancellationToken ct);
