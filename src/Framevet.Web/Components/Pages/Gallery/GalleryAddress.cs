using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Framevet.Data.Queries;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>
/// The filter of the gallery as it stands in the address, and back: <c>state=lost,pending</c>, <c>range=quality:10..80</c> (either end may be missing), <c>loss=threshold</c>,
/// <c>scene=3</c>, <c>person=2</c>, <c>label=nudity</c>, <c>flag=pick,none</c>, <c>stars=4,5</c>, <c>colour=1</c>, <c>tag=sky</c> (again and again), <c>pts=0..90000</c>, <c>sort=-quality</c>.
/// An exclamation mark in front turns a condition round: <c>state=!lost</c>, <c>range=!quality:10..80</c>. What cannot be read is left out.
/// </summary>
public static class GalleryAddress
{
    private const char Not = '!';

    /// <summary>Reads a query string. Labels only count for people who may review.</summary>
    public static FramesFilter Read(RunId run, string? query, bool mayReview)
    {
        var values = QueryHelpers.ParseQuery(query ?? "");
        var not = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        var sort = values.GetValueOrDefault("sort").ToString();
        var (from, to) = ReadPts(Word(values, "pts", not));
        return new FramesFilter(
            run, Enums<FrameState>(Word(values, "state", not)), Ranges(values.GetValueOrDefault("range"), not),
            sort.TrimStart('-') is { Length: > 0 } name ? name : "pts", sort.StartsWith('-'),
            Number(Word(values, "scene", not)), Number(Word(values, "person", not)))
        {
            Losses = List(Word(values, "loss", not)),
            Labels = mayReview ? List(Word(values, "label", not)) : [],
            Flags = Enums<MarkFlag>(Word(values, "flag", not)) ?? [],
            Stars = Numbers(Word(values, "stars", not), MarkSet.MaxStars),
            Colours = Numbers(Word(values, "colour", not), MarkSet.MaxColour),
            Tags = Tags(values.GetValueOrDefault("tag"), not),
            FromPts = from,
            ToPts = to,
            Not = not.ToImmutable(),
        };
    }

    /// <summary>The filter as a query string without a question mark; empty for everything in the order of time.</summary>
    public static string Write(FramesFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var text = new StringBuilder();
        Add(text, filter, "state", filter.States is { IsDefault: false } states ? string.Join(',', states.Select(s => s.ToString().ToLowerInvariant())) : "");
        Add(text, filter, "loss", string.Join(',', filter.Losses));
        Add(text, filter, "scene", Text(filter.Scene));
        Add(text, filter, "person", Text(filter.Person));
        Add(text, filter, "label", string.Join(',', filter.Labels));
        Add(text, filter, "flag", string.Join(',', filter.Flags.Select(f => f.ToString().ToLowerInvariant())));
        Add(text, filter, "stars", string.Join(',', filter.Stars.Order()));
        Add(text, filter, "colour", string.Join(',', filter.Colours.Order()));
        foreach (var (tag, i) in filter.Tags.Select((t, i) => (t, i)))
        {
            Append(text, "tag", (i == 0 && filter.Not.Contains("tag") ? "!" : "") + tag);
        }

        Add(text, filter, "pts", filter.FromPts is null && filter.ToPts is null ? "" : $"{Text(filter.FromPts)}..{Text(filter.ToPts)}");
        foreach (var (score, bounds) in filter.Scores ?? ImmutableSortedDictionary<string, ScoreBounds>.Empty)
        {
            Append(text, "range", $"{(filter.Not.Contains("range:" + score) ? "!" : "")}{score}:{Text(bounds.Min)}..{Text(bounds.Max)}");
        }

        if (filter.Sort != "pts" || filter.Descending)
        {
            Append(text, "sort", (filter.Descending ? "-" : "") + filter.Sort);
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, FramesFilter filter, string name, string value)
    {
        if (value.Length > 0)
        {
            Append(text, name, filter.Not.Contains(name) ? Not + value : value);
        }
    }

    // Colons, commas and dots are allowed in a query, and an address that people can read is worth more than caution.
    private static void Append(StringBuilder text, string name, string value) =>
        text.Append(text.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal)
            .Replace("%21", "!", StringComparison.Ordinal));

    private static string Word(Dictionary<string, StringValues> values, string name, ImmutableHashSet<string>.Builder not)
    {
        var word = values.GetValueOrDefault(name).ToString();
        if (word.StartsWith(Not))
        {
            not.Add(name);
            return word[1..];
        }

        return word;
    }

    private static ImmutableArray<string> List(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    private static ImmutableArray<T>? Enums<T>(string text)
        where T : struct, Enum
    {
        var chosen = List(text).Select(s => Enum.TryParse<T>(s, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : (T?)null).OfType<T>().Distinct().Order().ToImmutableArray();
        return chosen.IsEmpty ? null : chosen;
    }

    private static ImmutableArray<int> Numbers(string text, int most) =>
        [.. List(text).Select(s => int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= most ? n : -1).Where(n => n >= 0).Distinct().Order()];

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static ImmutableArray<string> Tags(StringValues values, ImmutableHashSet<string>.Builder not)
    {
        if (values.Count > 0 && values[0]?.StartsWith(Not) == true)
        {
            not.Add("tag");
        }

        return [.. values.Select(v => v?.TrimStart(Not) ?? "").Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    private static (long?, long?) ReadPts(string text) => text.Split("..") is [var from, var to] ? (Long(from), Long(to)) : (null, null);

    private static long? Long(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ImmutableSortedDictionary<string, ScoreBounds>? Ranges(StringValues texts, ImmutableHashSet<string>.Builder not)
    {
        var ranges = ImmutableSortedDictionary.CreateBuilder<string, ScoreBounds>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (ReadRange(text?.TrimStart(Not) ?? "") is not { } range)
            {
                continue;
            }

            ranges[range.Score] = range.Bounds;
            if (text!.StartsWith(Not))
            {
                not.Add("range:" + range.Score);
            }
        }

        return ranges.Count == 0 ? null : ranges.ToImmutable();
    }

    private static (string Score, ScoreBounds Bounds)? ReadRange(string text)
    {
        if (text.Split(':') is not [{ Length: > 0 } score, var bounds] || bounds.Split("..") is not [var low, var high])
        {
            return null;
        }

        var range = new ScoreBounds(Double(low), Double(high));
        return range is { Min: null, Max: null } ? null : (score, range);
    }

    private static double? Double(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static string Text(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
