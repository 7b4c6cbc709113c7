using System.Globalization;
using System.Text.Json;

namespace Framevet.TestKit;

/// <summary>
/// Stored expected numbers of one topic. With FRAMEVET_UPDATE_GOLDENS=1 missing rows are written and changed values replaced (tolerance and origin
/// stay), never on CI; otherwise a missing row is a fault.
/// </summary>
public sealed class Goldens
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _file;
    private readonly SortedDictionary<string, GoldenRow> _rows;

    /// <summary>Opens a file of the repository, e.g. <c>tests/Framevet.Pipeline.Tests/Golden/metrics.json</c>.</summary>
    public Goldens(string file)
    {
        _file = Repository.Path(file);
        _rows = File.Exists(_file)
            ? JsonSerializer.Deserialize<SortedDictionary<string, GoldenRow>>(File.ReadAllText(_file), Json)!
            : [];
    }

    /// <summary>Whether the goldens are being written instead of compared.</summary>
    public static bool IsUpdating => Environment.GetEnvironmentVariable("FRAMEVET_UPDATE_GOLDENS") == "1";

    /// <summary>Names of all rows.</summary>
    public IReadOnlyCollection<string> Names => _rows.Keys;

    /// <summary>Null when the value agrees with its row, else a sentence naming the row.</summary>
    public string? Fault(string name, double value, string origin)
    {
        if (IsUpdating)
        {
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            {
                return "goldens are never written by CI";
            }

            _rows[name] = _rows.TryGetValue(name, out var old) ? old with { Value = Stored(value) } : new GoldenRow(Stored(value), 1e-6, 1e-5, origin);
            File.WriteAllText(_file, JsonSerializer.Serialize(_rows, Json) + "\n");
            return null;
        }

        if (!_rows.TryGetValue(name, out var row))
        {
            return $"golden row '{name}' is missing in {Path.GetFileName(_file)} (FRAMEVET_UPDATE_GOLDENS=1 writes it)";
        }

        var agrees = row.Value is { } expected
            ? Math.Abs(value - expected) <= row.Absolute + (row.Relative * Math.Abs(expected))
            : double.IsNaN(value);
        return agrees ? null : string.Create(CultureInfo.InvariantCulture, $"golden row '{name}': expected {row.Value}, got {value} (tolerance {row.Absolute} + {row.Relative} relative)");
    }

    private static double? Stored(double value) => double.IsNaN(value) ? null : value;

    /// <summary>One row; a value of null stands for "not a number".</summary>
    private sealed record GoldenRow(double? Value, double Absolute, double Relative, string Origin);
}
