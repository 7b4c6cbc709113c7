using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>Makes the one case that a person gets for a run.</summary>
internal static class ReviewCase
{
    /// <summary>A waiting item for all doubtful frames, with the strongest finding among them.</summary>
    public static ReviewItem For(RunId run, ImmutableArray<Candidate> doubtful, DateTimeOffset now)
    {
        var strongest = doubtful
            .SelectMany(f => f.Judgement?.Findings ?? [])
            .OrderByDescending(f => f.Confidence)
            .FirstOrDefault();
        return new ReviewItem
        {
            Id = Guid.CreateVersion7(now),
            RunId = run,
            State = ReviewState.Waiting,
            CreatedAt = now,
            Frames = [.. doubtful.Select(f => f.Pts).Order()],
            TopLabel = strongest?.Label,
            TopConfidence = strongest?.Confidence,
        };
    }
}
