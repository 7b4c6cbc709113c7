using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>The filter of the gallery as it stands in the address, and back: <c>state=lost,pending</c>, <c>range=quality:10..80</c> (either end may be missing),
/// <c>scene=3</c>, <c>person=2</c>.</summary>
public static class GalleryAddress
{
    /// <summary>Reads the parts of the address; what cannot be read is left out.</summary>
    public static FramesFilter Read(RunId run, string? states, string[]? ranges, string sort, bool descending, int? scene = null, int? person = null)
    {
        var chosen = (states ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(s => Enum.TryParse<FrameState>(s, ignoreCase: true, out var state) ? state : (FrameState?)null).OfType<FrameState>().Distinct().Order().ToImmutableArray();
        var bounds = (ranges ?? []).Select(ReadRange).OfType<(string Score, ScoreBounds Bounds)>()
            .GroupBy(r => r.Score, StringComparer.Ordinal).ToImmutableSortedDictionary(g => g.Key, g => g.Last().Bounds, StringComparer.Ordinal);
        return new FramesFilter(run, chosen.IsEmpty ? null : chosen, bounds.IsEmpty ? null : bounds, sort, descending, scene is > 0 ? scene : null, person is > 0 ? person : null);
    }

    /// <summary>States as they stand in the address; null for none.</summary>
    public static string? Write(ImmutableArray<FrameState>? states) => states is { IsEmpty: false } chosen ? string.Join(',', chosen.Select(s => s.ToString().ToLowerInvariant())) : null;

    /// <summary>Ranges as they stand in the address; null for none.</summary>
    public static string[]? Write(ImmutableSortedDictionary<string, ScoreBounds>? scores) =>
        scores is { IsEmpty: false } ? [.. scores.Select(s => $"{s.Key}:{Number(s.Value.Min)}..{Number(s.Value.Max)}")] : null;

    private static (string, ScoreBounds)? ReadRange(string text)
    {
        if (text.Split(':') is not [{ Length: > 0 } score, var bounds] || bounds.Split("..") is not [var low, var high])
        {
            return null;
        }

        var range = new ScoreBounds(Number(low), Number(high));
        return range is { Min: null, Max: null } ? null : (score, range);
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static string Number(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";
}
