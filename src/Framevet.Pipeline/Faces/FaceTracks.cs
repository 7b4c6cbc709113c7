using System.Collections.Immutable;

namespace Framevet.Pipeline.Faces;

/// <summary>Joins faces of successive frames that are beyond doubt the same: cheap, and what is left is short enough to compare each with each.</summary>
internal static class FaceTracks
{
    /// <summary>The tracks in the order of their first face. <paramref name="sightings"/> by rising frame.</summary>
    public static List<FaceGroup> Of(ImmutableArray<Sighting> sightings)
    {
        var tracks = new List<FaceGroup>();
        var before = new List<(Sighting Face, FaceGroup Track)>();
        foreach (var frame in sightings.GroupBy(s => s.Frame))
        {
            var now = frame.ToList();
            var taken = new FaceGroup?[now.Count];
            foreach (var (old, face) in Pairs(before, now))
            {
                if (taken[face] is null && !taken.Contains(before[old].Track))
                {
                    taken[face] = before[old].Track;
                }
            }

            before = [.. now.Select((sighting, i) => (sighting, Continue(taken[i], sighting, tracks)))];
        }

        return tracks;
    }

    private static FaceGroup Continue(FaceGroup? track, Sighting sighting, List<FaceGroup> tracks)
    {
        var own = new FaceGroup(sighting);
        if (track is null)
        {
            tracks.Add(own);
            return own;
        }

        track.Take(own);
        return track;
    }

    // The most alike first; each face is used once.
    private static IEnumerable<(int Old, int Face)> Pairs(List<(Sighting Face, FaceGroup Track)> before, List<Sighting> now) =>
        from old in Enumerable.Range(0, before.Count)
        from face in Enumerable.Range(0, now.Count)
        let similarity = before[old].Face.Look.Similarity(now[face].Look) ?? -1
        where similarity >= FaceGroups.SameTrack && before[old].Track.Similarity(now[face].Look) >= FaceGroups.SamePerson
        orderby similarity descending, old, face
        select (old, face);
}
