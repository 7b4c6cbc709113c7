using System.Threading.Tasks.Sources;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Runs;

/// <summary>What the single frames of a batch give, measured by a thread of the pool. Used again for batch after batch, and waited for without memory of its own.</summary>
internal sealed class ScoreSheet : IThreadPoolWorkItem, IValueTaskSource, IDisposable
{
    private readonly RunParts _parts;
    private readonly PlaneGroups _groups;
    private readonly int[] _order;
    private readonly int[] _starts;
    private readonly int _width;
    private float[] _values = [];
    private ulong[] _prints = [];
    private FrameBatch? _batch;

    // Who waits goes on at once, on the thread that measured and has nothing else to do: to tell another one would take an object for each batch.
    private ManualResetValueTaskSourceCore<bool> _measured;

    /// <summary>An empty sheet for the metrics of a run.</summary>
    public ScoreSheet(RunParts parts)
    {
        (_parts, _groups) = (parts, parts.PlaneGroups);

        // Those that read what others find come after them.
        _order = [.. Enumerable.Range(0, parts.FrameMetrics.Length).OrderBy(m => parts.FrameMetrics[m].ReadsFindings)];
        _starts = [.. parts.FrameMetrics.Select((_, m) => parts.FrameMetrics.Take(m).Sum(before => before.Outputs.Length))];
        _width = parts.FrameMetrics.Sum(m => m.Outputs.Length);
    }

    /// <summary>The measured batch, valid until <see cref="Dispose"/>.</summary>
    public FrameBatch Batch => _batch ?? throw new InvalidOperationException("The sheet is empty.");

    /// <summary>Begins to measure the batch and owns it from now on; it is given back when that fails. <see cref="Measured"/> is awaited once before the next.</summary>
    public void Begin(FrameBatch batch)
    {
        _batch = batch;
        _measured.Reset();
        _ = ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The end of measuring, or what went wrong.</summary>
    public ValueTask Measured => new(this, _measured.Version);

    /// <summary>Whether measuring has ended, well or not.</summary>
    public bool IsMeasured => _measured.GetStatus(_measured.Version) != ValueTaskSourceStatus.Pending;

    /// <inheritdoc/>
    public void Execute()
    {
        try
        {
            Measure(Batch);
        }
#pragma warning disable CA1031 // Every failure is handed to the one who waits, who decides.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _measured.SetException(e);
            return;
        }

        _measured.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _measured.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _measured.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _measured.OnCompleted(continuation, state, token, flags);

    private void Measure(FrameBatch batch)
    {
        var isDone = false;
        try
        {
            // Frame by frame: the sums that metrics share in one pass, and what is made of them.
            Reserve(batch.Count);
            for (var i = 0; i < batch.Count; i++)
            {
                batch.Stats(i, _groups);
                _prints[i] = Scoring.Fingerprint.Of(batch, i);
            }

            foreach (var m in _order)
            {
                // Cells that a metric leaves alone must not read as zero.
                var cells = _values.AsSpan(_starts[m] * batch.Count, _parts.FrameMetrics[m].Outputs.Length * batch.Count);
                cells.Fill(float.NaN);
                _parts.FrameMetrics[m].Measure(batch, cells);
            }

            isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                Dispose();
            }
        }
    }

    /// <summary>The fingerprint of a frame.</summary>
    public ulong Fingerprint(int i) => _prints[i];

    /// <summary>Writes the scores of a frame to the beginning of <paramref name="row"/> and returns their number.</summary>
    public int Copy(int i, Span<float> row)
    {
        for (var m = 0; m < _starts.Length; m++)
        {
            var outputs = _parts.FrameMetrics[m].Outputs.Length;
            _values.AsSpan((_starts[m] * Batch.Count) + (i * outputs), outputs).CopyTo(row[_starts[m]..]);
        }

        return _width;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var batch = _batch;
        _batch = null;
        batch?.Recycle();
    }

    private void Reserve(int frames)
    {
        if (_prints.Length < frames)
        {
            _prints = new ulong[frames];
            _values = new float[frames * _width];
        }
    }
}
