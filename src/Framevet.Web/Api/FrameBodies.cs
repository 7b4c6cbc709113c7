using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>A frame in a list. <paramref name="Pts"/> in the media's time base is its identity; seconds and index are for display.</summary>
public sealed record FrameItem(long Pts, double Seconds, int Index, FrameState State, bool IsAllowed, string? LossReason, int? Rank, double? Quality,
    ImmutableSortedDictionary<string, float> Scores, long Revision)
{
    internal static FrameItem From(FrameRow row) =>
        new(row.Pts, row.Seconds, row.Index, row.State, row.IsAllowed, row.LossReason, row.Rank, row.Quality, Finite(row.Scores), row.Revision);

    /// <summary>JSON knows no NaN: a score that was not applicable is left out.</summary>
    private static ImmutableSortedDictionary<string, float> Finite(ImmutableSortedDictionary<string, float> scores) =>
        scores.Values.All(float.IsFinite) ? scores : scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary();
}

/// <summary>
/// A frame with why it was kept or lost. <paramref name="Findings"/> and the verdict's label only for people who may review: null for others.
/// </summary>
public sealed record FrameBody(FrameItem Frame, ImmutableArray<Loss> Losses, Decision? Decision, string? DecisionReason, string? DecidedBy,
    ImmutableArray<Finding>? Findings, string Fingerprint, long? PreviousPts, long? NextPts, ImmutableSortedDictionary<string, double> Percentiles)
{
    internal static FrameBody From(FrameDetails details, Actor actor) => new(
        FrameItem.From(details.Row), details.Losses, details.Verdict?.Decision, details.Verdict?.Reason, details.Verdict?.By,
        actor.Has(Rights.Review) ? details.Findings : null, details.Candidate.Fingerprint.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
        details.PreviousPts, details.NextPts, details.Percentiles);
}
