using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// What happens to the batches of one run between decoding and storing: the steps of act one, with the state that they keep
/// from batch to batch. One per run, used by one caller at a time.
/// </summary>
internal sealed class ScoringPass(RunId run, RunParts parts, JpegCodec jpeg, IBlobStore blobs)
{
    // Thumbnails are judged and shown at this JPEG quality.
    private const int ThumbQuality = 80;

    private static readonly int Workers = Math.Max(2, Environment.ProcessorCount);

    private readonly IMetric[] _measuring = [.. parts.FrameMetrics, .. parts.StreamMetrics];
    private readonly PlaneGroups _groups = parts.PlaneGroups;
    private readonly List<float[]> _streamed = [];
    private FrameStamp? _context;

    /// <summary>
    /// Rebuilds the state after an interruption: gates that remember see the stored frames that got as far as them, and the last
    /// stored frame, which will be decoded again, only feeds what depends on the frame before.
    /// </summary>
    public void Resume(ImmutableArray<Candidate> stored)
    {
        if (stored.IsEmpty)
        {
            return;
        }

        _context = new FrameStamp(stored[^1].Index, stored[^1].Pts);
        foreach (var frame in stored)
        {
            Judge(frame with { Losses = [.. frame.Losses.Where(l => !IsMemory(l))] }, parts.Gates.Where(g => g.Gate.Remembers));
        }
    }

    /// <summary>The last stored frame, where decoding goes on; null for a run from the start.</summary>
    public FrameStamp? Context => _context;

    /// <summary>Measures the sampled frames in order with the stream metrics, and drops the context.</summary>
    public void Follow(FrameBatch batch)
    {
        _streamed.Clear();

        // The sums that metrics share, one pass over each frame; everything later reads them.
        InParallel(batch.Count, new ParallelOptions { MaxDegreeOfParallelism = Workers }, i => batch.Stats(i, _groups));
        for (var i = 0; i < batch.Count; i++)
        {
            Follow(batch, i);
        }

        batch.Compact((in Frame frame) => !IsOld(in frame));
    }

    /// <summary>Measures all frames of the batch and makes their thumbnails; nothing of the batch is held afterwards.</summary>
    public ImmutableArray<Scored> Score(FrameBatch batch, CancellationToken ct) => [.. Measure(batch, ct).Select(Compose)];

    /// <summary>The same as plain numbers, from which <see cref="Compose"/> makes the frame of a run, here or elsewhere.</summary>
    public ImmutableArray<MeasuredFrame> Measure(FrameBatch batch, CancellationToken ct)
    {
        if (batch.Count == 0)
        {
            return [];
        }

        var metrics = parts.FrameMetrics;
        var sheets = new float[metrics.Length][];
        var prints = new ulong[batch.Count];
        var thumbs = new byte[batch.Count][];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = ct };

        var (first, second) = (Positions(metrics, isReading: false), Positions(metrics, isReading: true));
        InParallel(first.Length + batch.Count, limit, job =>
        {
            if (job < first.Length)
            {
                sheets[first[job]] = Measured(metrics[first[job]], batch);
                return;
            }

            var frame = batch[job - first.Length];
            prints[job - first.Length] = Fingerprint.Of(batch, job - first.Length);
            thumbs[job - first.Length] = Thumbnail.Of(in frame, jpeg, ThumbQuality);
        });
        InParallel(second.Length, limit, job => sheets[second[job]] = Measured(metrics[second[job]], batch));
        return [.. Enumerable.Range(0, batch.Count).Select(i =>
            new MeasuredFrame(new FrameStamp(batch[i].Index, batch[i].Pts, batch[i].IsKey), prints[i], Values(sheets, i), thumbs[i], batch.Found(i)))];
    }

    /// <summary>A measured frame with its scores by name, derived ones included.</summary>
    public Scored Compose(MeasuredFrame frame)
    {
        var (index, pts, _) = frame.Stamp;
        return new Scored(new Candidate(pts, index, Scores(frame.Values), frame.Fingerprint, ThumbKey(pts), []) { Detections = frame.Detections }, frame.Thumb);
    }

    /// <summary>What the stream metrics say about a frame after another, each in a batch of its own or both in one, in the order of <see cref="MeasuredFrame.Values"/>.</summary>
    public static float[] Streamed(RunParts fresh, FrameBatch batch)
    {
        var row = new float[fresh.StreamMetrics.Sum(m => m.Outputs.Length)];
        for (var i = 0; i < batch.Count; i++)
        {
            batch.Stats(i, fresh.PlaneGroups);
            Array.Fill(row, float.NaN);
            Stream(fresh, batch, i, row);
        }

        return row;
    }

    /// <summary>Asks the gates, in order.</summary>
    public ImmutableArray<Scored> Gate(ImmutableArray<Scored> frames) =>
        [.. frames.Select(f => f with { Frame = Judge(Judge(f.Frame, parts.Gates.Where(g => !g.Gate.Remembers)), parts.Gates.Where(g => g.Gate.Remembers)) })];

    /// <summary>Stores the thumbnails and has them judged, several at a time; frames that a gate lost too, since people may see them.</summary>
    public async Task<ImmutableArray<Candidate>> ModerateAsync(ImmutableArray<Scored> frames, CancellationToken ct)
    {
        var judged = new Candidate[frames.Length];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = ct };
        await Parallel.ForAsync(0, frames.Length, limit, async (i, token) =>
        {
            var (frame, thumb) = frames[i];
            await blobs.PutAsync(frame.ThumbKey!, thumb, token).ConfigureAwait(false);
            judged[i] = WithJudgement(frame, await parts.Moderator.JudgeAsync(frame.Pts, thumb, token).ConfigureAwait(false));
        }).ConfigureAwait(false);
        return [.. judged];
    }

    private static Candidate WithJudgement(Candidate frame, Judgement judgement) => frame with
    {
        Judgement = judgement,
        Losses = judgement.Verdict is { Decision: Decision.Block } verdict
            ? frame.Losses.Add(new Loss(LossStage.Moderation, verdict.By, verdict.Reason))
            : frame.Losses,
    };

    // Trouble keeps its own type and code instead of arriving wrapped.
    private static void InParallel(int jobs, ParallelOptions limit, Action<int> job)
    {
        try
        {
            Parallel.For(0, jobs, limit, job);
        }
        catch (AggregateException wrapped)
        {
            ExceptionDispatchInfo.Throw(wrapped.Flatten().InnerExceptions[0]);
        }
    }

    // Those that read what others find come after them.
    private static int[] Positions(ImmutableArray<IFrameMetric> metrics, bool isReading) =>
        [.. Enumerable.Range(0, metrics.Length).Where(m => metrics[m].ReadsFindings == isReading)];

    private static float[] Measured(IFrameMetric metric, FrameBatch batch)
    {
        // Cells that a metric leaves alone must not read as zero.
        var sheet = new float[batch.Count * metric.Outputs.Length];
        Array.Fill(sheet, float.NaN);
        metric.Measure(batch, sheet);
        return sheet;
    }

    // Every failing filter is a reason; a gate that remembers is asked only about frames still in, and then one after the other.
    private static Candidate Judge(Candidate frame, IEnumerable<NamedGate> gates)
    {
        foreach (var (id, gate) in gates)
        {
            if (gate.Remembers && !frame.PassedGates)
            {
                break;
            }

            if (gate.Check(frame) is { Pass: false } result)
            {
                frame = frame with { Losses = frame.Losses.Add(new Loss(LossStage.Gating, id, result.Reason ?? "The gate gave no reason.")) };
            }
        }

        return frame;
    }

    private bool IsOld(in Frame frame) => _context is { } context && frame.Pts <= context.Pts;

    private void Follow(FrameBatch batch, int i)
    {
        var row = new float[parts.StreamMetrics.Sum(m => m.Outputs.Length)];
        Array.Fill(row, float.NaN);
        Stream(parts, batch, i, row);
        var frame = batch[i];
        if (!IsOld(in frame))
        {
            _streamed.Add(row);
        }
    }

    private static void Stream(RunParts parts, FrameBatch batch, int i, float[] row)
    {
        var at = 0;
        foreach (var metric in parts.StreamMetrics)
        {
            metric.Measure(batch, i, row.AsSpan(at, metric.Outputs.Length));
            at += metric.Outputs.Length;
        }
    }

    private float[] Values(float[][] sheets, int frame) =>
        [.. sheets.SelectMany((s, m) => s.Skip(frame * parts.FrameMetrics[m].Outputs.Length).Take(parts.FrameMetrics[m].Outputs.Length)), .. _streamed[frame]];

    private ImmutableSortedDictionary<string, float> Scores(float[] values)
    {
        var scores = new SortedDictionary<string, float>(StringComparer.Ordinal);
        foreach (var (spec, value) in _measuring.SelectMany(m => m.Outputs).Zip(values))
        {
            if (float.IsFinite(value))
            {
                scores[spec.Id] = value;
            }
        }

        foreach (var metric in parts.DerivedMetrics)
        {
            var derived = new float[metric.Outputs.Length];
            Array.Fill(derived, float.NaN);
            metric.Derive(scores, derived);
            for (var i = 0; i < derived.Length; i++)
            {
                if (float.IsFinite(derived[i]))
                {
                    scores[metric.Outputs[i].Id] = derived[i];
                }
            }
        }

        return scores.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private bool IsMemory(Loss loss) => loss.Stage == LossStage.Gating && parts.Gates.Any(g => g.Id == loss.Part && g.Gate.Remembers);

    private string ThumbKey(Pts pts) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"thumbs/{run}/{pts.Value}.jpg");
}

/// <summary>
/// What measuring gives for one frame. <paramref name="Values"/>: what the metrics of frames wrote, in recipe order, and after them those of streams; NaN = not measured. <paramref name="Thumb"/>: a JPEG.
/// </summary>
internal sealed record MeasuredFrame(FrameStamp Stamp, ulong Fingerprint, float[] Values, byte[] Thumb, FrameDetections? Detections);

/// <summary>A scored frame with its thumbnail on the way to moderation.</summary>
internal readonly record struct Scored(Candidate Frame, byte[] Thumb);
