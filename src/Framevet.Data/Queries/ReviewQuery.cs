using System.Collections.Immutable;
using Framevet.Pipeline.Review;

namespace Framevet.Data.Queries;

/// <summary>The review queue as people see it.</summary>
public sealed class ReviewQuery
{
    /// <summary>One page of items (null states = open ones), oldest first; decided ones newest first.</summary>
    public Task<Page<ReviewRow>> PageAsync(ImmutableArray<ReviewState>? states, int skip, int take, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>An item with its flagged frames and their findings; null when there is none.</summary>
    public Task<ReviewDetails?> GetAsync(Guid id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Numbers for the head of the queue.</summary>
    public Task<ReviewSummary> SummaryAsync(CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>An item in the queue.</summary>
public sealed record ReviewRow(ReviewItem Item, string SourceName, string OwnerName, int FrameCount, string? CoverThumbKey);

/// <summary>An item with its frames. Timeline positions: seconds of each frame against <paramref name="DurationSeconds"/>.</summary>
public sealed record ReviewDetails(ReviewItem Item, string SourceName, string OwnerName, string RecipeName, double? DurationSeconds, ImmutableArray<FrameDetails> Frames);

/// <summary>Counts and ages.</summary>
public sealed record ReviewSummary(int Waiting, int Claimed, int Escalated, int DecidedToday, DateTimeOffset? OldestWaiting);
