using System.Runtime.CompilerServices;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Segments;

/// <summary>What a segment gave besides its files. <paramref name="Decoded"/>: pictures that came out of the decoder; <paramref name="Damaged"/>: those reported damaged, the first of them in words.</summary>
public sealed record SegmentFacts(long Decoded, int Damaged, string? FirstDamage, string? Notice);

/// <summary>
/// Measures one segment of a run: the same stages in the same order as for the whole file, up to the numbers and the thumbnail of each frame. What needs more than the segment (gates, scenes, moderation)
/// is left to the one who joins the segments. Thread-safe.
/// </summary>
public sealed class SegmentMeasuring(IMediaProbe probe, IFrameSource source, FramePool pool, IBlobStore blobs, JpegCodec jpeg, BuildParts build)
{
    private const int BatchesAhead = 2;

    /// <summary>Measures the segment into files of the folder: <see cref="RowsFile"/>, and <see cref="SightsFile"/> where the run has a scene list.</summary>
    /// <exception cref="SegmentVoidException">The segment cannot be read by itself.</exception>
    /// <exception cref="VettingException">As for the whole file.</exception>
    public async Task<SegmentFacts> MeasureAsync(Run run, SourceFile file, Segment segment, string folder, IProgress<long> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(segment);
        var parts = build(run.Recipe);
        var media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
        var plan = await parts.Sampler.PlanAsync(media, ct).ConfigureAwait(false);
        var reading = RunReading.Of(parts, plan);
        var recorder = parts.Scenes is IDividedDetector detector ? new SightRecorder(detector) : null;
        var own = parts with { Scenes = recorder };
        var filters = recorder is not null && plan is not DecodePlan.EveryFrame;
        var sampling = new SamplingPass(own, pool, null)
        {
            Filter = filters ? new PlanFilter(plan, null, segment.Bounds(media.TimeBase)) : null,
            KeepsLast = filters && plan.WithLast && segment.To is null,
        };
        var pass = new ScoringPass(run.Id, own, jpeg, blobs);
        var (decoding, ends) = (new Latest(progress), new Ends());
        using var rows = new SegmentWriter(Path.Combine(folder, RowsFile));
        using var sights = recorder is null ? null : new SegmentWriter(Path.Combine(folder, SightsFile));
        var request = new DecodeRequest(media, reading, run.Recipe.AnalysisSide) { Segment = segment };
        var frames = Watched(source.ReadAsync(request, decoding, ct), ends, sights, segment, ct);
        await foreach (var batch in sampling.ReadAsync(frames, ct).Prefetch(BatchesAhead, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                Write(sights, recorder, ends, segment);
                Keep(batch, ends, parts, rows, segment);
                pass.Follow(batch);
                foreach (var row in pass.Measure(batch, ct))
                {
                    rows.Add(row with { Stamp = Own(row.Stamp, segment) });
                }
            }
        }

        Write(sights, recorder, ends, segment);
        Close(rows, SegmentRecord.LastSampled, ends.Sampled, segment);
        Close(sights, SegmentRecord.LastSeen, ends.Seen, segment);
        var last = decoding.Value;
        return new SegmentFacts(last.Decoded, last.Damaged, last.FirstDamage, last.Notice);
    }

    /// <summary>Name of the file of measured frames.</summary>
    public const string RowsFile = "rows";

    /// <summary>Name of the file of what the scene detector saw.</summary>
    public const string SightsFile = "sights";

    // Numbers count from the segment's beginning: how many frames came before is known for certain only when these have been decoded.
    private static FrameStamp Own(FrameStamp stamp, Segment segment) => stamp with { Index = stamp.Index - segment.FirstIndex };

    private static Frame Own(Frame frame, Segment segment) => frame with { Index = frame.Index - segment.FirstIndex };

    /// <summary>Keeps the frames at both ends of what the detector sees, since their neighbours are elsewhere.</summary>
    private static async IAsyncEnumerable<FrameBatch> Watched(IAsyncEnumerable<FrameBatch> batches, Ends ends, SegmentWriter? sights, Segment segment, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var batch in batches.WithCancellation(ct).ConfigureAwait(false))
        {
            if (sights is not null && batch.Count > 0)
            {
                if (ends.Seen.IsEmpty)
                {
                    var first = Own(batch[0], segment);
                    ends.FirstSeen.Take(in first);
                }

                var last = batch[batch.Count - 1];
                ends.Seen.Take(in last);
            }

            yield return batch;
        }
    }

    /// <summary>The same for sampled frames, where metrics compare neighbours.</summary>
    private static void Keep(FrameBatch batch, Ends ends, RunParts parts, SegmentWriter rows, Segment segment)
    {
        if (parts.StreamMetrics.IsEmpty || batch.Count == 0)
        {
            return;
        }

        if (ends.Sampled.IsEmpty)
        {
            var first = Own(batch[0], segment);
            rows.Add(SegmentRecord.FirstSampled, in first);
        }

        var last = batch[batch.Count - 1];
        ends.Sampled.Take(in last);
    }

    private static void Write(SegmentWriter? sights, SightRecorder? recorder, Ends ends, Segment segment)
    {
        if (sights is null || recorder?.Take() is not { Length: > 0 } seen)
        {
            return;
        }

        if (!ends.IsFirstWritten)
        {
            var first = ends.FirstSeen.Frame;
            sights.Add(SegmentRecord.FirstSeen, in first);
            ends.IsFirstWritten = true;
        }

        foreach (var sight in seen)
        {
            sights.Add(sight with { Stamp = Own(sight.Stamp, segment) });
        }
    }

    private static void Close(SegmentWriter? file, SegmentRecord kind, FrameCopy end, Segment segment)
    {
        if (file is null)
        {
            return;
        }

        if (!end.IsEmpty)
        {
            var last = Own(end.Frame, segment);
            file.Add(kind, in last);
        }

        file.Complete();
    }

    /// <summary>Copies of frames whose neighbours lie in other segments.</summary>
    private sealed class Ends
    {
        public FrameCopy FirstSeen { get; } = new();

        public bool IsFirstWritten { get; set; }

        public FrameCopy Seen { get; } = new();

        public FrameCopy Sampled { get; } = new();
    }

    private sealed class Latest(IProgress<long> progress) : IProgress<DecodeProgress>
    {
        public DecodeProgress Value { get; private set; }

        public void Report(DecodeProgress value)
        {
            Value = value;
            progress.Report(value.Decoded);
        }
    }
}
