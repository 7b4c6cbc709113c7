using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>Candidates by time.</summary>
internal static class TimeOrder
{
    /// <summary>By rising PTS. A run's frames usually are already: then nothing is sorted or copied.</summary>
    public static ImmutableArray<Candidate> ByTime(this ImmutableArray<Candidate> candidates)
    {
        for (var i = 1; i < candidates.Length; i++)
        {
            if (candidates[i - 1].Pts > candidates[i].Pts)
            {
                return candidates.Sort((a, b) => a.Pts.CompareTo(b.Pts));
            }
        }

        return candidates;
    }
}
