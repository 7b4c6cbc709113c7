using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Segments;

/// <summary>What of a run is to be measured. <paramref name="From"/>: the stored frame with which an interrupted run goes on; null = from the start.</summary>
internal sealed record SplitTask(RunJournal Journal, SourceFile File, RunParts Parts, ScoringPass Pass, MediaInfo Media, DecodePlan Plan, FrameStamp? From, ImmutableArray<Scene> Scenes);

/// <summary>
/// Shares long files among workers: decides whether a run is shared, cuts its file into segments, and clears away what is left of that. Whatever cannot be shared exactly is measured by one worker, and the run's
/// log says why. Thread-safe.
/// </summary>
public sealed class FanOut(ISegmentStore store, ISegmentCrew crew, SegmentWorker worker, SegmentScan scan, IBlobStore blobs, BuildParts build, FramePool pool, IOptions<FanOutOptions> options, TimeProvider time)
{
    /// <summary>The run's measured frames from several workers; null when it is not shared.</summary>
    internal async Task<SplitReading?> TryBeginAsync(SplitTask task, CancellationToken ct)
    {
        if (task.Journal.Lease is not { } lease)
        {
            return null;
        }

        var earlier = await EarlierAsync(lease, ct).ConfigureAwait(false);
        var segments = earlier.IsEmpty ? await PlanAsync(task, lease, ct).ConfigureAwait(false) : earlier;
        return segments.IsEmpty ? null : new SplitReading(task, lease, segments, store, crew, worker, blobs, build, pool, options.Value, time);
    }

    /// <summary>Removes the segments of a run and their results.</summary>
    public async Task ClearAsync(RunId run, CancellationToken ct)
    {
        // Rows first: whoever measures at this moment finds its result refused, and takes it away itself. Most runs have none, and the store of files may be far away.
        if (await store.RemoveAsync(run, ct).ConfigureAwait(false) > 0)
        {
            await RemoveResultsAsync(run, ct).ConfigureAwait(false);
        }
    }

    private async Task RemoveResultsAsync(RunId run, CancellationToken ct)
    {
        foreach (var key in await blobs.KeysAsync(SegmentWorker.Folder, ct).ConfigureAwait(false))
        {
            if (RunOf(key) == run)
            {
                await blobs.DeleteAsync(key, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Clears away what dead processes left: segments of runs that are over, and results without segments. How many runs had some.</summary>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        var left = await store.LeftAsync(ct).ConfigureAwait(false);
        foreach (var run in left)
        {
            await ClearAsync(run, ct).ConfigureAwait(false);
        }

        var count = left.Length;
        foreach (var run in (await blobs.KeysAsync(SegmentWorker.Folder, ct).ConfigureAwait(false)).Select(RunOf).OfType<RunId>().Distinct())
        {
            if ((await store.OfRunAsync(run, ct).ConfigureAwait(false)).IsEmpty)
            {
                await RemoveResultsAsync(run, ct).ConfigureAwait(false);
                count++;
            }
        }

        return count;
    }

    private static RunId? RunOf(string key) => RunId.TryParse(key.Split('/')[^1].Split('-')[0], out var run) ? run : null;

    /// <summary>What an earlier worker planned, as far as this one goes on with it.</summary>
    private async Task<ImmutableArray<Segment>> EarlierAsync(RunLease lease, CancellationToken ct)
    {
        var rows = await store.OfRunAsync(lease.Run, ct).ConfigureAwait(false);
        if (rows.IsEmpty)
        {
            return [];
        }

        if (!options.Value.Enabled || rows.Any(r => r.State == SegmentState.Void || r.Version != crew.Version))
        {
            await ClearAsync(lease.Run, ct).ConfigureAwait(false);
            return [];
        }

        foreach (var failed in rows.Where(r => r.State == SegmentState.Failed || (r.State != SegmentState.Done && r.Attempt >= options.Value.MaxAttempts)))
        {
            await store.ReopenAsync(lease, failed.Segment.Number, anew: true, ct).ConfigureAwait(false);
        }

        return [.. rows.Select(r => r.Segment)];
    }

    private async Task<ImmutableArray<Segment>> PlanAsync(SplitTask task, RunLease lease, CancellationToken ct)
    {
        if (!options.Value.Enabled || task.Media.Duration is not { } length || length < TimeSpan.FromMinutes(options.Value.MinMinutes))
        {
            return [];
        }

        var helpers = await crew.HelpersAsync(lease.Run, ct).ConfigureAwait(false);
        if (helpers < options.Value.MinHelpers)
        {
            return [];
        }

        try
        {
            var segments = await CutAsync(task, ct).ConfigureAwait(false);
            await store.PlanAsync(lease, segments, crew.Version, ct).ConfigureAwait(false);
            await task.Journal.LogAsync(RunLogLevel.Info, string.Create(CultureInfo.InvariantCulture,
                $"Measured in {segments.Length} parts of about {options.Value.PartMinutes:0.##} min, by this worker and up to {helpers} more."), ct).ConfigureAwait(false);
            return segments;
        }
        catch (SegmentVoidException reason)
        {
            await task.Journal.LogAsync(RunLogLevel.Info, $"Measured by one worker: {reason.Message}.", ct).ConfigureAwait(false);
            return [];
        }
    }

    private async Task<ImmutableArray<Segment>> CutAsync(SplitTask task, CancellationToken ct)
    {
        Refuse(task);
        var points = await scan.ReadAsync(task.Media, ct).ConfigureAwait(false);
        if (task.Plan is DecodePlan.Keyframes && points.HasOpenKeys && task.Media.Codec == "h264")
        {
            throw new SegmentVoidException("its keyframes do not stand alone, so all pictures have to be decoded in one go");
        }

        var segments = SegmentCuts.Of(points, task.Media.TimeBase, TimeSpan.FromMinutes(options.Value.PartMinutes));
        return segments.Length > 1 ? segments : throw new SegmentVoidException("there is no keyframe in it with which decoding could begin afresh");
    }

    /// <exception cref="SegmentVoidException">The recipe decides by more than a segment and its neighbours.</exception>
    private static void Refuse(SplitTask task)
    {
        var recipe = task.Journal.Run.Recipe;
        if (task.Parts.Sampler.Remembers || !task.Parts.Sampler.KeepsAll)
        {
            throw new SegmentVoidException($"the sampler '{recipe.Sampler.Id}' chooses frames by those that it saw before");
        }

        if (!task.Plan.Within.IsEmpty)
        {
            throw new SegmentVoidException("the recipe looks at stretches of the film only");
        }

        if (task.Parts.Scenes is not (null or IDividedDetector))
        {
            throw new SegmentVoidException($"the scene detector '{recipe.Scenes?.Id}' must see every frame itself");
        }

        if (task.Plan is DecodePlan.Nth && task.Media.Codec is "vp8" or "vp9")
        {
            throw new SegmentVoidException($"frames of {task.Media.Codec} cannot be counted without decoding, and the sampler counts them");
        }

        // Segments are measured from the start of the film on; frames that a later part would have to know were not kept.
        if (task.From is not null)
        {
            throw new SegmentVoidException("it goes on after an interruption");
        }
    }
}

/// <summary>Sharing a run does not work out; it goes on by one worker after its last stored frame.</summary>
internal sealed class SplitVoidException(string reason) : Exception(reason);
