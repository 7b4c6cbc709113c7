using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Export;

/// <summary>What curators said about the frames of a run. Thread-safe.</summary>
public interface IFrameRatings
{
    /// <summary>Ratings by stamp; a frame that nobody rated is not in it.</summary>
    Task<ImmutableDictionary<Pts, FrameRating>> OfAsync(RunId run, CancellationToken ct);
}

/// <summary>A curator's word on a frame. <paramref name="Stars"/> 1..5, null = none given; <paramref name="Mark"/>: true picked, false rejected, null neither.</summary>
public sealed record FrameRating(int? Stars = null, bool? Mark = null, string? Colour = null)
{
    /// <summary>Words that curators put on the frame.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];
}

/// <summary>For hosts where nobody rates: the command line.</summary>
public sealed class NoRatings : IFrameRatings
{
    /// <inheritdoc/>
    public Task<ImmutableDictionary<Pts, FrameRating>> OfAsync(RunId run, CancellationToken ct) => Task.FromResult(ImmutableDictionary<Pts, FrameRating>.Empty);
}
