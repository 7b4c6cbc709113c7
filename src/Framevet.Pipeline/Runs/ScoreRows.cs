using Framevet.Pipeline.Decode;

namespace Framevet.Pipeline.Runs;

/// <summary>Rows of scores on their way out, in the order of the file. Their memory is used again. Used by one caller at a time.</summary>
internal sealed class ScoreRows
{
    private readonly RunParts _parts;
    private readonly string[] _ids;
    private readonly Queue<(ScoreRow Row, float[] Memory)> _rows = new();
    private readonly Stack<float[]> _spare = new();
    private readonly Dictionary<string, float> _scores = new(StringComparer.Ordinal);

    /// <summary>Rows of the metrics of a run: those of frames, of streams, and derived ones.</summary>
    public ScoreRows(RunParts parts)
    {
        _parts = parts;
        _ids = [.. parts.FrameMetrics.SelectMany(m => m.Outputs).Concat(parts.StreamMetrics.SelectMany(m => m.Outputs)).Concat(parts.DerivedMetrics.SelectMany(m => m.Outputs)).Select(o => o.Id)];
    }

    /// <summary>Rows that wait.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a row per frame of the sheet. Only once, and sheet after sheet in the order of the file: stream metrics compare with the frame before.</summary>
    public void Add(ScoreSheet sheet)
    {
        var batch = sheet.Batch;
        for (var i = 0; i < batch.Count; i++)
        {
            var row = _spare.TryPop(out var spare) ? spare : new float[_ids.Length];
            var at = sheet.Copy(i, row);
            row.AsSpan(at).Fill(float.NaN);
            foreach (var metric in _parts.StreamMetrics)
            {
                metric.Measure(batch, i, row.AsSpan(at, metric.Outputs.Length));
                at += metric.Outputs.Length;
            }

            Derive(row, at);
            var frame = batch[i];
            _rows.Enqueue((new ScoreRow(new FrameStamp(frame.Index, frame.Pts, frame.IsKey), null, sheet.Fingerprint(i), row), row));
        }
    }

    /// <summary>The oldest row, valid until <see cref="Drop"/>.</summary>
    public ScoreRow Peek() => _rows.Peek().Row;

    /// <summary>Takes the oldest row away.</summary>
    public void Drop() => _spare.Push(_rows.Dequeue().Memory);

    private void Derive(float[] row, int at)
    {
        if (_parts.DerivedMetrics.IsEmpty)
        {
            return;
        }

        _scores.Clear();
        Know(row, 0, at);
        foreach (var metric in _parts.DerivedMetrics)
        {
            metric.Derive(_scores, row.AsSpan(at, metric.Outputs.Length));
            Know(row, at, metric.Outputs.Length);
            at += metric.Outputs.Length;
        }
    }

    private void Know(float[] row, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            if (float.IsFinite(row[i]))
            {
                _scores[_ids[i]] = row[i];
            }
        }
    }
}
