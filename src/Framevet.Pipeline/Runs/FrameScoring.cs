using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// Numbers for frames and nothing else: no gates, moderation, pictures or store. Decoding, sampling and measuring run beside each other, and rows leave in
/// order, so memory does not grow with the file. One per file.
/// </summary>
public sealed class FrameScoring(IFrameSource source, FramePool pool, RunParts parts)
{
    private const int BatchesAhead = 3;

    // A cut is announced some frames late, never later than this (as in the sampling pass).
    private const int MaxLate = 256;

    private readonly Queue<Task<ScoreSheet>> _sheets = new();
    private readonly Queue<ScoreRow> _rows = new();
    private readonly Latest _progress = new();

    /// <summary>The scores of a row, in this order.</summary>
    public ImmutableArray<MetricSpec> Columns { get; } =
        [.. parts.FrameMetrics.SelectMany(m => m.Outputs), .. parts.StreamMetrics.SelectMany(m => m.Outputs), .. parts.DerivedMetrics.SelectMany(m => m.Outputs)];

    /// <summary>Facts about the reading so far.</summary>
    public DecodeProgress Progress => _progress.Value;

    /// <summary>The scenes, once all rows are there; empty without a detector.</summary>
    public ImmutableArray<Scene> Scenes { get; private set; } = [];

    /// <summary>Reads the file to its end. <paramref name="side"/>: long side of the analysis view in pixels, 0 = as the source.</summary>
    /// <exception cref="VettingException">As <see cref="IFrameSource.ReadAsync"/>.</exception>
    public async Task RunAsync(MediaInfo media, int side, Action<ScoreRow> write, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(write);
        var plan = parts.Sampler.Plan(media);
        var reading = parts.Scenes is null ? plan : new DecodePlan.EveryFrame { Within = plan.Within, StartsFast = plan.StartsFast };
        var sampling = new SamplingPass(parts, pool, null)
        {
            Filter = ReferenceEquals(reading, plan) || plan is DecodePlan.EveryFrame ? null : new PlanFilter(plan, null),
            KeepsLast = parts.Scenes is not null && plan.WithLast,
        };
        var request = new DecodeRequest(media, reading, side);
        try
        {
            await foreach (var batch in sampling.ReadAsync(source.ReadAsync(request, _progress, ct), ct).Prefetch(BatchesAhead, ct).ConfigureAwait(false))
            {
                _sheets.Enqueue(Task.Run(() => ScoreSheet.Of(batch, parts), CancellationToken.None));
                while (_sheets.Count > BatchesAhead || (_sheets.Count > 0 && _sheets.Peek().IsCompleted))
                {
                    Take(await _sheets.Dequeue().ConfigureAwait(false), sampling, write);
                }
            }

            while (_sheets.Count > 0)
            {
                Take(await _sheets.Dequeue().ConfigureAwait(false), sampling, write);
            }
        }
        finally
        {
            while (_sheets.TryDequeue(out var rest))
            {
                await ((Task)rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (rest.IsCompletedSuccessfully)
                {
                    (await rest.ConfigureAwait(false)).Dispose();
                }
            }
        }

        Scenes = sampling.Scenes;
        Write(0, Scenes, write);
    }

    private void Take(ScoreSheet sheet, SamplingPass sampling, Action<ScoreRow> write)
    {
        using (sheet)
        {
            sheet.Rows(_rows);
        }

        Write(parts.Scenes is null ? 0 : MaxLate, parts.Scenes is null ? [] : sampling.Scenes, write);
    }

    private void Write(int kept, ImmutableArray<Scene> scenes, Action<ScoreRow> write)
    {
        while (_rows.Count > kept)
        {
            var row = _rows.Dequeue();
            write(row with { Scene = scenes.IsEmpty ? null : SceneList.NumberAt(scenes, row.Frame.Pts) });
        }
    }

    private sealed class Latest : IProgress<DecodeProgress>
    {
        public DecodeProgress Value { get; private set; }

        public void Report(DecodeProgress value) => Value = value;
    }
}

/// <summary>One scored frame. <paramref name="Scores"/> in the order of the columns, NaN = not measured; <paramref name="Scene"/> counts from 1, null without a detector.</summary>
public readonly record struct ScoreRow(FrameStamp Frame, int? Scene, ulong Fingerprint, ReadOnlyMemory<float> Scores);

/// <summary>What one batch gives: everything that depends on single frames is measured by any thread, and the rest when the rows are taken in order.</summary>
internal sealed class ScoreSheet : IDisposable
{
    private readonly FrameBatch _batch;
    private readonly RunParts _parts;
    private readonly float[][] _sheets;
    private readonly ulong[] _prints;

    private ScoreSheet(FrameBatch batch, RunParts parts, float[][] sheets, ulong[] prints) => (_batch, _parts, _sheets, _prints) = (batch, parts, sheets, prints);

    /// <summary>Measures the batch and owns it from now on.</summary>
    public static ScoreSheet Of(FrameBatch batch, RunParts parts)
    {
        try
        {
            // Frame by frame: the sums that metrics share in one pass, and what is made of them.
            var (prints, groups) = (new ulong[batch.Count], parts.PlaneGroups);
            for (var i = 0; i < batch.Count; i++)
            {
                batch.Stats(i, groups);
                prints[i] = Fingerprint.Of(batch, i);
            }

            // Those that read what others find come after them.
            var sheets = new float[parts.FrameMetrics.Length][];
            foreach (var (metric, m) in parts.FrameMetrics.Select((metric, m) => (metric, m)).OrderBy(p => p.metric.ReadsFindings))
            {
                sheets[m] = Measured(metric, batch);
            }

            return new ScoreSheet(batch, parts, sheets, prints);
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Adds a row per frame. Only once, and sheet after sheet in the order of the file: stream metrics compare with the frame before.</summary>
    public void Rows(Queue<ScoreRow> rows)
    {
        var streams = _parts.StreamMetrics.Sum(m => m.Outputs.Length);
        var width = _parts.FrameMetrics.Sum(m => m.Outputs.Length) + streams + _parts.DerivedMetrics.Sum(m => m.Outputs.Length);
        var scores = new Dictionary<string, float>();
        for (var i = 0; i < _batch.Count; i++)
        {
            var row = new float[width];
            var at = 0;
            for (var m = 0; m < _sheets.Length; m++)
            {
                var outputs = _parts.FrameMetrics[m].Outputs.Length;
                _sheets[m].AsSpan(i * outputs, outputs).CopyTo(row.AsSpan(at));
                at += outputs;
            }

            row.AsSpan(at, streams).Fill(float.NaN);
            foreach (var metric in _parts.StreamMetrics)
            {
                metric.Measure(_batch, i, row.AsSpan(at, metric.Outputs.Length));
                at += metric.Outputs.Length;
            }

            Derive(_parts, row, at, scores);
            var frame = _batch[i];
            rows.Enqueue(new ScoreRow(new FrameStamp(frame.Index, frame.Pts, frame.IsKey), null, _prints[i], row));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _batch.Dispose();

    private static float[] Measured(IFrameMetric metric, FrameBatch batch)
    {
        var values = new float[batch.Count * metric.Outputs.Length];
        Array.Fill(values, float.NaN);
        metric.Measure(batch, values);
        return values;
    }

    private static void Derive(RunParts parts, float[] row, int at, Dictionary<string, float> scores)
    {
        if (parts.DerivedMetrics.IsEmpty)
        {
            return;
        }

        scores.Clear();
        var i = 0;
        foreach (var metric in parts.FrameMetrics.Cast<IMetric>().Concat(parts.StreamMetrics))
        {
            foreach (var output in metric.Outputs)
            {
                if (float.IsFinite(row[i]))
                {
                    scores[output.Id] = row[i];
                }

                i++;
            }
        }

        row.AsSpan(at).Fill(float.NaN);
        foreach (var metric in parts.DerivedMetrics)
        {
            metric.Derive(scores, row.AsSpan(at, metric.Outputs.Length));
            foreach (var output in metric.Outputs)
            {
                if (float.IsFinite(row[at]))
                {
                    scores[output.Id] = row[at];
                }

                at++;
            }
        }
    }
}
