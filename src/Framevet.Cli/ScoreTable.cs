using System.Globalization;
using System.Text;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Cli;

/// <summary>Rows of scores as CSV or JSON lines, written as they come; without a file only counted and summed up.</summary>
internal sealed class ScoreTable : IDisposable
{
    private readonly StreamWriter? _file;
    private readonly bool _isCsv;
    private readonly StringBuilder _line = new();
    private IReadOnlyList<MetricSpec> _columns = [];
    private double[] _sums = [];
    private long[] _counts = [];
    private string _name = "";
    private bool _hasHead;

    private ScoreTable(StreamWriter? file, bool isCsv) => (_file, _isCsv) = (file, isCsv);

    /// <summary>Rows since <see cref="Begin"/>.</summary>
    public int Rows { get; private set; }

    /// <summary>Opens the file; null = a summary only.</summary>
    /// <exception cref="VettingException">InvalidRequest for another ending than .csv and .jsonl, or a place that cannot be written.</exception>
    public static ScoreTable Open(string? path)
    {
        if (path is null)
        {
            return new ScoreTable(null, false);
        }

        var ending = Path.GetExtension(path);
        if (ending is not (".csv" or ".jsonl"))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"--out takes a file that ends in .csv or .jsonl, not '{path}'.");
        }

        try
        {
            return new ScoreTable(new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16), ending == ".csv");
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"--out: {path} cannot be written: {trouble.Message}", null, trouble);
        }
    }

    /// <summary>Starts with the rows of a file.</summary>
    public void Begin(string name, IReadOnlyList<MetricSpec> columns)
    {
        (_name, _columns, Rows) = (name, columns, 0);
        (_sums, _counts) = (new double[columns.Count], new long[columns.Count]);
        if (_file is not null && _isCsv && !_hasHead)
        {
            _file.Write("file,index,pts,seconds,key,scene,fingerprint");
            foreach (var column in columns)
            {
                _file.Write(',');
                _file.Write(column.Id);
            }

            _file.Write('\n');
            _hasHead = true;
        }
    }

    /// <summary>Takes one row. Cells without a value stay empty (CSV) or away (JSON).</summary>
    public void Add(ScoreRow row)
    {
        Rows++;
        var scores = row.Scores.Span;
        for (var i = 0; i < scores.Length; i++)
        {
            if (float.IsFinite(scores[i]))
            {
                _sums[i] += scores[i];
                _counts[i]++;
            }
        }

        if (_file is null)
        {
            return;
        }

        _line.Clear();
        if (_isCsv)
        {
            Csv(row, scores);
        }
        else
        {
            Json(row, scores);
        }

        _file.Write(_line.Append('\n'));
    }

    /// <summary>Prints what the file gave.</summary>
    public void Summarise(string path, FrameScoring scoring)
    {
        var scenes = scoring.Scenes.IsEmpty ? "" : string.Create(Printing.Culture, $", {scoring.Scenes.Length} scenes");
        var damaged = scoring.Progress.Damaged == 0 ? "" : string.Create(Printing.Culture, $", {scoring.Progress.Damaged} damaged ({scoring.Progress.FirstDamage})");
        Console.WriteLine(string.Create(Printing.Culture, $"{path}: {Rows} frames scored of {scoring.Progress.Decoded} decoded{scenes}{damaged}"));
        for (var i = 0; i < _columns.Count && _file is null; i++)
        {
            Console.WriteLine(_counts[i] == 0 ? $"  {_columns[i].Id,-16} not measured" : string.Create(Printing.Culture, $"  {_columns[i].Id,-16} mean {_sums[i] / _counts[i]:0.###}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Csv(ScoreRow row, ReadOnlySpan<float> scores)
    {
        _line.Append('"').Append(_name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        _line.Append(CultureInfo.InvariantCulture, $",{row.Frame.Index},{row.Frame.Pts.Value},{row.Frame.Pts.Seconds:0.######},{(row.Frame.IsKey ? 1 : 0)},{row.Scene},{row.Fingerprint:x16}");
        foreach (var score in scores)
        {
            _line.Append(',');
            if (float.IsFinite(score))
            {
                _line.Append(CultureInfo.InvariantCulture, $"{score:0.######}");
            }
        }
    }

    private void Json(ScoreRow row, ReadOnlySpan<float> scores)
    {
        _line.Append("{\"file\":").Append(System.Text.Json.JsonSerializer.Serialize(_name));
        _line.Append(CultureInfo.InvariantCulture, $",\"index\":{row.Frame.Index},\"pts\":{row.Frame.Pts.Value},\"seconds\":{row.Frame.Pts.Seconds:0.######},\"key\":{(row.Frame.IsKey ? "true" : "false")}");
        if (row.Scene is { } scene)
        {
            _line.Append(CultureInfo.InvariantCulture, $",\"scene\":{scene}");
        }

        _line.Append(CultureInfo.InvariantCulture, $",\"fingerprint\":\"{row.Fingerprint:x16}\",\"scores\":{{");
        var isFirst = true;
        for (var i = 0; i < scores.Length; i++)
        {
            if (float.IsFinite(scores[i]))
            {
                _line.Append(CultureInfo.InvariantCulture, $"{(isFirst ? "" : ",")}\"{_columns[i].Id}\":{scores[i]:0.######}");
                isFirst = false;
            }
        }

        _line.Append("}}");
    }
}
