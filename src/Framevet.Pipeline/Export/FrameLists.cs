using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Export;

/// <summary>Options of lists without pictures.</summary>
public sealed record ListOptions
{
    /// <summary>Which frames are listed.</summary>
    [Display(Name = "Frames", Description = "The chosen frames by rank, or every scored frame by time.")]
    public ListLines Lines { get; init; } = ListLines.Picks;
}

/// <summary>Which frames a list has.</summary>
public enum ListLines
{
    /// <summary>The chosen ones by rank.</summary>
    Picks,
    /// <summary>Every scored frame by time.</summary>
    All,
}

/// <summary>A frame as lists tell it; what is not known is null.</summary>
internal sealed record ListedFrame(int? Rank, long Pts, string TimeBase, double Seconds, string Timecode, int Index, string? Verdict, string? Reason, int? Stars, string? Mark, ImmutableArray<string> Tags,
    ImmutableArray<string> Losses, ImmutableSortedDictionary<string, float> Scores);

/// <summary>The frames of a list.</summary>
internal static class FrameLists
{
    /// <summary>Frames in the order of the list.</summary>
    public static ImmutableArray<ListedFrame> Of(ExportRequest request, ListLines lines)
    {
        var picks = request.Picks.ToDictionary(p => p.Candidate.Pts);
        return lines == ListLines.All && !request.Scored.IsDefaultOrEmpty
            ? [.. request.Scored.OrderBy(c => c.Pts).Select(c => Line(request, c, picks.TryGetValue(c.Pts, out var pick) ? pick : null))]
            : [.. StillOrder.Of(request, byTime: false).Select(p => Line(request, p.Candidate, p))];
    }

    private static ListedFrame Line(ExportRequest request, Candidate frame, Selection.Pick? pick)
    {
        var rating = request.Ratings.GetValueOrDefault(frame.Pts);
        return new ListedFrame(pick?.Rank, frame.Pts.Value, frame.Pts.TimeBase.ToString(), Math.Round(frame.Pts.Seconds, 6), Timecode.Of(request.Media, frame.Pts).ToString(), frame.Index,
            frame.Judgement?.Verdict.Decision.ToString().ToLowerInvariant(), pick?.Reason, rating?.Stars, rating?.Mark is { } mark ? mark ? "picked" : "rejected" : null, rating?.Tags ?? [],
            [.. frame.Losses.Select(l => l.Reason)], frame.Scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary(StringComparer.Ordinal));
    }
}
