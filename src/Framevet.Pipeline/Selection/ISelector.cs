using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>Picks the best few of the allowed frames. Pure, deterministic, independent of input order, ties broken by PTS.</summary>
public interface ISelector
{
    /// <summary>The picks in rank order (best first), a subset of <paramref name="candidates"/>.</summary>
    ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates);
}

/// <summary>A chosen frame with its rank from 1 and a sentence that says why.</summary>
public sealed record Pick(Candidate Candidate, int Rank, string Reason);
