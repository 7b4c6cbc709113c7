using System.Globalization;
using System.Text;
using System.Text.Json;
using Framevet.Data.Queries;
using Framevet.Pipeline;

namespace Framevet.Web.Api;

/// <summary>
/// Entries of the audit trail as text. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe. With pseudonyms
/// every person but the system becomes <c>person-1</c>, <c>person-2</c> …, also where their name stands in a subject or a change; hashes, which could be checked against guesses, are left out.
/// </summary>
internal sealed class AuditFile
{
    private const string System = "system";

    private static readonly string[] Columns = ["id", "at", "actorId", "actor", "action", "subject", "before", "after", "hash"];

    private readonly string _format;
    private readonly Dictionary<string, string> _pseudonyms = new(StringComparer.Ordinal);
    private readonly (string Text, string Pseudonym)[] _hidden = [];

    /// <param name="format">csv or jsonl.</param>
    /// <param name="people">Everybody whose id or name must not appear; null = nobody is hidden.</param>
    public AuditFile(string format, IEnumerable<(string Id, string Name)>? people = null)
    {
        _format = format;
        if (people is null)
        {
            return;
        }

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, name) in people.Where(p => p.Id != System))
        {
            _pseudonyms.TryAdd(id, string.Create(CultureInfo.InvariantCulture, $"person-{_pseudonyms.Count + 1}"));
            foreach (var text in new[] { id, name, JsonEncodedText.Encode(name).ToString() })
            {
                names.TryAdd(text, _pseudonyms[id]);
            }
        }

        // The longest first, so that a name within another is not cut out of it.
        _hidden = [.. names.Where(n => n.Key.Length > 1).OrderByDescending(n => n.Key.Length).Select(n => (n.Key, n.Value))];
    }

    /// <summary>The first line, if the format has one.</summary>
    public string Head => _format == "csv" ? string.Join(',', Columns) + "\r\n" : "";

    /// <summary>One entry.</summary>
    public string Line(AuditRow row)
    {
        var (id, name) = Person(row);
        string?[] cells =
        [
            row.Id.ToString(CultureInfo.InvariantCulture), row.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), id, name, row.Action,
            Hidden(row.Subject), Hidden(row.Before), Hidden(row.After), _pseudonyms.Count > 0 ? null : row.Hash,
        ];
        return _format == "csv"
            ? string.Join(',', cells.Select(Cell)) + "\r\n"
            : JsonSerializer.Serialize(new AuditLine(row.Id, row.At, id, name, row.Action, cells[5]!, Json(cells[6]), Json(cells[7]), cells[8]), PipelineJson.Options) + "\n";
    }

    /// <summary>A cell for spreadsheets: quoted where needed, and never a formula (OWASP: leading = + - @ tab and return).</summary>
    public static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        var safe = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n\t") >= 0 || safe != value ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private (string Id, string Name) Person(AuditRow row) => _pseudonyms.TryGetValue(row.ActorId, out var pseudonym) ? (pseudonym, pseudonym) : (row.ActorId, row.ActorName);

    private string? Hidden(string? text)
    {
        if (text is null || _hidden.Length == 0)
        {
            return text;
        }

        var result = new StringBuilder(text);
        foreach (var (name, pseudonym) in _hidden)
        {
            result.Replace(name, pseudonym);
        }

        return result.ToString();
    }

    private static JsonElement? Json(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    private sealed record AuditLine(long Id, DateTimeOffset At, string ActorId, string Actor, string Action, string Subject, JsonElement? Before, JsonElement? After, string? Hash);
}
