using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// Numbers for frames and nothing else: no gates, moderation, pictures or store. Decoding, sampling and measuring run beside each other, and rows leave in
/// order, so memory does not grow with the file: nothing is allocated per frame once all buffers are there. One per file.
/// </summary>
public sealed class FrameScoring(IFrameSource source, FramePool pool, RunParts parts)
{
    private const int BatchesAhead = 3;

    // A cut is announced some frames late, never later than this (as in the sampling pass).
    private const int MaxLate = 256;

    private readonly Queue<ScoreSheet> _sheets = new();
    private readonly Stack<ScoreSheet> _spare = new();
    private readonly ScoreRows _rows = new(parts);
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
        var request = new DecodeRequest(media, reading, side) { OnlySums = sampling.Filter is null ? parts.OnlySums : null };
        try
        {
            await foreach (var batch in sampling.ReadAsync(source.ReadAsync(request, _progress, ct), ct).Prefetch(BatchesAhead, ct).ConfigureAwait(false))
            {
                var sheet = _spare.TryPop(out var spare) ? spare : new ScoreSheet(parts);
                sheet.Begin(batch);
                _sheets.Enqueue(sheet);
                while (_sheets.Count > BatchesAhead || (_sheets.Count > 0 && _sheets.Peek().IsMeasured))
                {
                    var done = _sheets.Dequeue();
                    await done.Measured.ConfigureAwait(false);
                    Take(done, sampling, write);
                }
            }

            while (_sheets.TryDequeue(out var done))
            {
                await done.Measured.ConfigureAwait(false);
                Take(done, sampling, write);
            }
        }
        finally
        {
            while (_sheets.TryDequeue(out var rest))
            {
                await rest.Measured.AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                rest.Dispose();
            }
        }

        Scenes = sampling.Scenes;
        Write(0, Scenes, write);
    }

    private void Take(ScoreSheet sheet, SamplingPass sampling, Action<ScoreRow> write)
    {
        using (sheet)
        {
            _rows.Add(sheet);
        }

        _spare.Push(sheet);
        Write(parts.Scenes is null ? 0 : MaxLate, parts.Scenes is null ? [] : sampling.Scenes, write);
    }

    private void Write(int kept, ImmutableArray<Scene> scenes, Action<ScoreRow> write)
    {
        while (_rows.Count > kept)
        {
            var row = _rows.Peek();
            write(row with { Scene = scenes.IsEmpty ? null : SceneList.NumberAt(scenes, row.Frame.Pts) });
            _rows.Drop();
        }
    }

    private sealed class Latest : IProgress<DecodeProgress>
    {
        public DecodeProgress Value { get; private set; }

        public void Report(DecodeProgress value) => Value = value;
    }
}

/// <summary>One scored frame. <paramref name="Scores"/> in the order of the columns, NaN = not measured; <paramref name="Scene"/> counts from 1, null without a detector. Valid during the call only: the memory of the scores is used again.</summary>
public readonly record struct ScoreRow(FrameStamp Frame, int? Scene, ulong Fingerprint, ReadOnlyMemory<float> Scores);
