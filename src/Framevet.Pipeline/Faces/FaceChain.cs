namespace Framevet.Pipeline.Faces;

/// <summary>
/// Merges groups as long as two of them are one person. Follows nearest neighbours until two are each other's: they merge. A group whose nearest is too far away is done,
/// since merging others brings nothing nearer than their nearest was (mean linkage is reducible, also when some pairs are forbidden).
/// </summary>
internal static class FaceChain
{
    /// <summary>The groups that are left. Takes <paramref name="groups"/> over.</summary>
    public static List<FaceGroup> Merge(List<FaceGroup> groups)
    {
        var (open, done, chain) = (new List<FaceGroup>(groups), new List<FaceGroup>(), new List<FaceGroup>());
        while (open.Count > 0)
        {
            if (chain.Count == 0)
            {
                chain.Add(open[0]);
            }

            var last = chain[^1];
            var previous = chain.Count > 1 ? chain[^2] : null;
            var (nearest, similarity) = Nearest(last, open, previous);
            if (nearest is null || similarity < FaceGroups.SamePerson)
            {
                done.Add(last);
                open.Remove(last);
                chain.RemoveAt(chain.Count - 1);
            }
            else if (nearest == previous)
            {
                nearest.Take(last);
                open.Remove(last);
                chain.RemoveRange(chain.Count - 2, 2);
            }
            else
            {
                chain.Add(nearest);
            }
        }

        return done;
    }

    /// <summary>
    /// The most similar of the groups that <paramref name="group"/> may be one with, and how similar; the first of equals, but <paramref name="preferred"/> before
    /// them, so that a chain ends. Null when there is none.
    /// </summary>
    public static (FaceGroup? Group, float Similarity) Nearest(FaceGroup group, List<FaceGroup> others, FaceGroup? preferred = null)
    {
        var best = preferred;
        var most = preferred is null ? float.NegativeInfinity : group.Similarity(preferred);
        foreach (var other in others)
        {
            if (other == group)
            {
                continue;
            }

            // Whether two met is asked only of those that would win.
            var similarity = group.Similarity(other);
            if (similarity > most && similarity >= FaceGroups.SamePerson && !group.Meets(other))
            {
                (best, most) = (other, similarity);
            }
        }

        return (best, most);
    }
}
