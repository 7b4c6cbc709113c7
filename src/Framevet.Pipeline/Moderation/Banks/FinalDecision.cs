using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>
/// A person's final word on a review item, as the store has it. <paramref name="Number"/> rises with every word; a later word on the same item takes the place of an earlier one.
/// </summary>
public sealed record FinalDecision(
    long Number, Guid Item, RunId Run, string OwnerId, string SourceName, string Sha256, Decision Decision, string Label, string? Note, string UserId, string UserName, DateTimeOffset At,
    ImmutableArray<Pts> Frames);

/// <summary>Final words in order, for those who do something with them after the fact. What was handed on is kept in the store, so nothing is lost with a process.</summary>
public interface IDecisionFeed
{
    /// <summary>Words after <paramref name="after"/> that were said before <paramref name="until"/>, in order.</summary>
    Task<ImmutableArray<FinalDecision>> ReadAsync(long after, DateTimeOffset until, int take, CancellationToken ct);

    /// <summary>The last number that <paramref name="reader"/> has dealt with; 0 = none.</summary>
    Task<long> PositionAsync(string reader, CancellationToken ct);

    /// <summary>Keeps it.</summary>
    Task AdvanceAsync(string reader, long number, CancellationToken ct);
}

/// <summary>Does something with each final word; may be called again for the same one.</summary>
public interface IDecisionReader
{
    /// <summary>Name of its position in the store.</summary>
    string Name { get; }

    /// <summary>Deals with a word.</summary>
    Task TakeAsync(FinalDecision decision, CancellationToken ct);
}
