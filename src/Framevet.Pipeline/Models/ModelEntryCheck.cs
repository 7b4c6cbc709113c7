using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Models;

/// <summary>What the types alone cannot say of an entry.</summary>
internal static partial class ModelEntryCheck
{
    private const int MaxSide = 4096;
    private const int MaxLength = 1 << 20;

    private static readonly string[] MovingNames = ["main", "master", "HEAD", "latest", "develop"];

    /// <summary>Every fault as a phrase that begins with its place; none for a sound entry.</summary>
    public static IEnumerable<string> Faults(ModelEntry entry)
    {
        if (!Kebab().IsMatch(entry.Id))
        {
            yield return "id: must be of lower-case letters, digits, dots and hyphens, at most 64 characters";
        }

        foreach (var (place, text) in new[] { ("title", entry.Title), ("licence.id", entry.Licence.Id), ("licence.allows", entry.Licence.Allows), ("origin.repository", entry.Origin.Repository) })
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                yield return $"{place}: is empty";
            }
        }

        if (entry.MinRuntime is { } version && !Version.TryParse(version, out _))
        {
            yield return $"minRuntime: '{version}' is no version";
        }

        foreach (var fault in Files(entry).Concat(Input(entry.Input)).Concat(Head(entry)).Concat(Mapping(entry)))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> Files(ModelEntry entry)
    {
        if (entry.Files.IsDefaultOrEmpty)
        {
            yield return "files: names no file";
            yield break;
        }

        foreach (var (file, i) in entry.Files.Select((f, i) => (f, i)))
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"files[{i}]");
            if (!FileName().IsMatch(file.Name) || file.Name.Split('/').Any(n => n is "." or ".."))
            {
                yield return $"{place}.name: '{file.Name}' is no relative path of letters, digits, dots, hyphens and underscores";
            }

            if (!Hash().IsMatch(file.Sha256))
            {
                yield return $"{place}.sha256: must be 64 lower-case hex digits";
            }

            if (file.Bytes is <= 0)
            {
                yield return $"{place}.bytes: must be positive";
            }

            if (file.Url is { } url && Address(url, entry) is { } fault)
            {
                yield return $"{place}.url: {fault}";
            }
        }

        if (entry.Files.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            yield return $"files: '{twice.Key}' is named twice";
        }
    }

    private static string? Address(string url, ModelEntry entry)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.UserInfo.Length > 0)
        {
            return $"'{url}' is no HTTP or HTTPS address without a user name";
        }

        return entry.Unverified.IsEmpty && uri.Segments.Any(s => MovingNames.Contains(s.TrimEnd('/'), StringComparer.Ordinal))
            ? "names a branch, whose content changes; name a revision, or say under 'unverified' that it does not"
            : null;
    }

    private static IEnumerable<string> Input(ModelInput? input)
    {
        if (input is null)
        {
            yield break;
        }

        var isVector = input.Kind is ModelInputKind.Vector or ModelInputKind.Tokens;
        if (isVector != input.Length is not null)
        {
            yield return isVector ? "input.length: a vector or text needs it" : "input.length: is for vectors and texts only";
        }

        if (input.Length is <= 0 or > MaxLength || input.Width is <= 0 or > MaxSide || input.Height is <= 0 or > MaxSide || input.ShortEdge is <= 0 or > MaxSide || input.Multiple is <= 0 or > MaxSide || input.MaxBatch is <= 0)
        {
            yield return $"input: sizes must be positive, sides at most {MaxSide}";
        }

        if (isVector)
        {
            yield break;
        }

        var channels = input.Channels == ModelChannels.Gray ? 1 : 3;
        if (input.Mean.IsDefault || input.Mean.Length != channels || input.Std.IsDefault || input.Std.Length != channels)
        {
            yield return $"input: mean and std need {channels} value{(channels == 1 ? "" : "s")} each";
        }
        else if (input.Std.Any(s => !(s > 0) || !double.IsFinite(s)) || input.Mean.Any(m => !double.IsFinite(m)) || !double.IsFinite(input.Scale) || input.Scale == 0)
        {
            yield return "input: scale, mean and std must be finite, scale not 0 and std above 0";
        }
    }

    private static IEnumerable<string> Head(ModelEntry entry)
    {
        if (entry.Head is not null && entry.Input is null)
        {
            yield return "input: a model with a head needs it";
        }

        if (entry.Head is LabelsHead { Labels: var labels } && Doubled(labels) is { } doubled)
        {
            yield return $"head.labels: {doubled}";
        }

        if (entry.Head is BoxesHead boxes)
        {
            if (Doubled(boxes.Labels) is { } fault)
            {
                yield return $"head.labels: {fault}";
            }

            // Written so that NaN fails.
            if (!(boxes.ScoreThreshold is >= 0 and <= 1 && boxes.IouThreshold is >= 0 and <= 1))
            {
                yield return "head: scoreThreshold and iouThreshold must lie in 0..1";
            }
        }

        if (entry.Head is ScalarHead scalar && !(scalar.Min < scalar.Max))
        {
            yield return "head: min must lie below max";
        }

        if (entry.Head is EmbeddingHead { Length: <= 0 or > MaxLength } or LandmarksHead { Points: <= 0 or > MaxLength })
        {
            yield return "head: length or points must be positive";
        }
    }

    private static string? Doubled(System.Collections.Immutable.ImmutableArray<string> labels) =>
        labels.IsDefaultOrEmpty ? "names no label"
        : labels.GroupBy(l => l, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice ? $"'{twice.Key}' is named twice"
        : null;

    private static IEnumerable<string> Mapping(ModelEntry entry)
    {
        var known = entry.Head switch { LabelsHead l => l.Labels, BoxesHead b => b.Labels, _ => [] };
        foreach (var (label, ours) in entry.Moderation)
        {
            if (!known.Contains(label))
            {
                yield return $"moderation: the head gives no label '{label}'";
            }

            if (ModerationLabels.Find(ours) is null)
            {
                yield return $"moderation.{label}: our taxonomy has no label '{ours}'";
            }
        }
    }

    [GeneratedRegex(@"\A(?=.{1,64}\z)[a-z0-9]+(?:[.-][a-z0-9]+)*\z")]
    private static partial Regex Kebab();

    [GeneratedRegex(@"\A(?=.{1,200}\z)[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*\z")]
    private static partial Regex FileName();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Hash();
}
