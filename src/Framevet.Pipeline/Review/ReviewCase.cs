using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>Makes the one case that a person gets for a run.</summary>
internal static class ReviewCase
{
    /// <summary>A waiting item for these frames, with the strongest finding among them. Its severity is that of the worst label that any of them may show.</summary>
    public static ReviewItem For(RunId run, ImmutableArray<Candidate> frames, DateTimeOffset now, ReviewKind kind = ReviewKind.Flagged)
    {
        var findings = frames.SelectMany(f => f.Judgement?.Findings ?? []).OrderByDescending(f => f.Confidence).ToList();
        var strongest = findings.FirstOrDefault();
        return new ReviewItem
        {
            Id = Guid.CreateVersion7(now),
            RunId = run,
            Kind = kind,
            State = ReviewState.Waiting,
            CreatedAt = now,
            Frames = [.. frames.Select(f => f.Pts).Order()],
            TopLabel = strongest?.Label,
            TopConfidence = strongest?.Confidence,
            Queue = ReviewQueues.Of(strongest?.Label),
            Severity = findings.Where(f => f.Confidence >= strongest!.Confidence / 2).Select(f => ReviewQueues.SeverityOf(f.Label)).DefaultIfEmpty(ReviewSeverity.Medium).Max(),
        };
    }
}
