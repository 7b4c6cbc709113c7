using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>File names from a template with {stem} {frame} {time} {rank} {score:ID} {run} {ext}. Checked once, then it cannot fail.</summary>
internal sealed partial class NameTemplate
{
    private const int MaxName = 200;

    private static readonly string[] Fields = ["stem", "frame", "time", "rank", "score:ID", "run", "ext"];

    private static readonly SearchValues<char> Unsafe = SearchValues.Create("/\\:*?\"<>|{}");

    private readonly string _template;
    private readonly bool _avoidsDots;

    /// <summary>Checks the template; empty = the standard name.</summary>
    /// <exception cref="VettingException">InvalidRequest with the fault.</exception>
    public NameTemplate(string template, bool avoidsDots)
    {
        (_template, _avoidsDots) = (template.Trim(), avoidsDots);
        if (Fault(_template) is { } fault)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"'{template}' is no template for file names: {fault}.");
        }
    }

    /// <summary>The name of one pick's still, with its ending. Names may collide: see <see cref="Free"/>.</summary>
    public string Of(ExportOrigin origin, Pick pick, string extension)
    {
        var name = _template.Length == 0 ? FrameNames.Still(origin.SourceName, pick, "") : Token().Replace(_template, m => Value(m.Groups[1].Value, origin, pick, extension));
        if (_avoidsDots)
        {
            var end = name.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? extension : "";
            name = name[..^end.Length].Replace('.', '-') + end;
        }

        name = name.Length > MaxName ? name[..MaxName] : name;
        return name.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? name : name + extension;
    }

    /// <summary>The name, or the name with the first number that makes it new; taken from then on. Case does not tell names apart.</summary>
    public static string Free(string name, HashSet<string> taken)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        for (var i = 2; !taken.Add(name.ToUpperInvariant()); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}{extension}");
        }

        return name;
    }

    /// <summary>Why a trimmed template cannot be used, without the full stop; null when it can.</summary>
    public static string? Fault(string template)
    {
        foreach (var field in Token().Matches(template).Select(m => m.Groups[1].Value))
        {
            if (!Fields.Contains(field) && !ScoreField().IsMatch(field))
            {
                return $"there is no field {{{field}}} (known: {string.Join(' ', Fields.Select(f => $"{{{f}}}"))})";
            }
        }

        var text = Token().Replace(template, "");
        return text.AsSpan().ContainsAny(Unsafe) || text.Any(char.IsControl) ? "it has a character that file names cannot have (/ \\ : * ? \" < > | or a lone brace)"
            : template.StartsWith('.') ? "names that begin with a dot are hidden on many systems"
            : template.Length > MaxName ? "it is longer than 200 characters"
            : null;
    }

    private static string Value(string field, ExportOrigin origin, Pick pick, string extension) => field switch
    {
        "stem" => FrameNames.Stem(origin.SourceName),
        "frame" => pick.Candidate.Index.ToString("000000", CultureInfo.InvariantCulture),
        "time" => FrameNames.Time(pick.Candidate.Pts),
        "rank" => pick.Rank.ToString("000", CultureInfo.InvariantCulture),
        "run" => FrameNames.Stem(origin.RunId),
        "ext" => extension[1..],
        _ => pick.Candidate.Score(field["score:".Length..]) is { } score ? score.ToString("0.###", CultureInfo.InvariantCulture) : "none",
    };

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Token();

    [GeneratedRegex("^score:[a-z0-9-]{1,60}$", RegexOptions.CultureInvariant)]
    private static partial Regex ScoreField();
}
