using System.Collections.Immutable;
using System.Numerics.Tensors;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Faces;

/// <summary>
/// Who is who in a run: groups faces by what they look like. Agglomerative clustering by average linkage (Sokal and Michener 1958, UPGMA) over the cosine of embeddings,
/// cut at <see cref="SamePerson"/>, in the nearest-neighbour-chain order (Murtagh 1983), which needs no matrix of distances: the mean similarity of two groups is the
/// product of their sums of unit vectors over the product of their sizes. Faces of one frame are different people. Before that, faces that follow each other in
/// successive frames and are beyond doubt alike become one. The answer depends on the set of frames only, not on their order.
/// </summary>
public static class FaceGroups
{
    /// <summary>
    /// Two groups are one person from this mean cosine on. Others group at 0.5 by single links (DBSCAN, which chains strangers through blurred faces); mean linkage needs less. Measured with
    /// mobilefacenet: large faces of one person 0.68 to 0.98 and of others -0.09 to 0.15; faces of some thirty pixels 0.25 to 0.8 and up to 0.5, where only the rule that a frame shows nobody
    /// twice keeps some strangers apart.
    /// </summary>
    public const float SamePerson = 0.4f;

    /// <summary>A face is the one of the frame before from this cosine on, when it also fits what that one has been so far.</summary>
    internal const float SameTrack = 0.75f;

    /// <summary>Groups that are compared each with each; of longer lists the largest, and the rest joins whom it fits best.</summary>
    internal const int MostCompared = 4000;

    /// <summary>The people of a run, those in most frames first, ties by their first frame. Faces without an embedding belong to nobody.</summary>
    public static ImmutableArray<Person> Of(IEnumerable<Candidate> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var sightings = Sightings(frames);

        // Looks of different models cannot be compared; within one run they are of one.
        var groups = sightings.GroupBy(s => s.Look.Values.Length).OrderBy(g => g.Key).SelectMany(g => Grouped([.. g]));
        return [.. groups.OrderByDescending(g => g.Frames.Count).ThenBy(g => g.First).Select((g, i) => Person(i + 1, g, sightings))];
    }

    private static ImmutableArray<Sighting> Sightings(IEnumerable<Candidate> frames)
    {
        var sightings = ImmutableArray.CreateBuilder<Sighting>();
        var frame = 0;
        foreach (var candidate in frames.OrderBy(f => f.Pts))
        {
            var faces = candidate.Detections?.Faces ?? [];
            for (var i = 0; i < faces.Length; i++)
            {
                if (faces[i].Embedding is { } look)
                {
                    sightings.Add(new Sighting(sightings.Count, frame, new PersonFace(candidate.Pts, i, FaceQuality.Of(faces[i])), look));
                }
            }

            frame++;
        }

        return sightings.ToImmutable();
    }

    private static List<FaceGroup> Grouped(ImmutableArray<Sighting> sightings)
    {
        var tracks = FaceTracks.Of(sightings);
        if (tracks.Count <= MostCompared)
        {
            return FaceChain.Merge(tracks);
        }

        var largest = tracks.OrderByDescending(t => t.Faces.Count).ThenBy(t => t.First).ToList();
        var people = FaceChain.Merge([.. largest.Take(MostCompared).OrderBy(t => t.First)]);
        foreach (var rest in largest.Skip(MostCompared))
        {
            var (best, similarity) = FaceChain.Nearest(rest, people);
            if (best is not null && similarity >= SamePerson)
            {
                best.Take(rest);
            }
            else
            {
                people.Add(rest);
            }
        }

        return people;
    }

    private static Person Person(int number, FaceGroup group, ImmutableArray<Sighting> sightings)
    {
        // The sum of opposite looks has no direction; such faces are never grouped, but the type cannot know.
        var look = FaceEmbedding.Of(group.Sum) ?? sightings[group.First].Look;
        return new Person(number, look, [.. group.Faces.Order().Select(f => sightings[f].Face)]);
    }
}

/// <summary>A face with a look. <paramref name="Place"/>: its place among all, by PTS; <paramref name="Frame"/>: number of its frame among those of the run.</summary>
internal readonly record struct Sighting(int Place, int Frame, PersonFace Face, FaceEmbedding Look);

/// <summary>Faces that are taken for one person so far.</summary>
internal sealed class FaceGroup
{
    public FaceGroup(in Sighting first)
    {
        Sum = [.. first.Look.Values];
        First = first.Place;
        Faces.Add(first.Place);
        Frames.Add(first.Frame);
    }

    /// <summary>Sum of the unit vectors.</summary>
    public float[] Sum { get; }

    /// <summary>Place of the earliest face.</summary>
    public int First { get; private set; }

    /// <summary>Places of the faces, in no order.</summary>
    public List<int> Faces { get; } = [];

    /// <summary>Numbers of the frames in which they are.</summary>
    public HashSet<int> Frames { get; } = [];

    /// <summary>Takes the faces of another group over.</summary>
    public void Take(FaceGroup other)
    {
        TensorPrimitives.Add(Sum, other.Sum, Sum);
        First = Math.Min(First, other.First);
        Faces.AddRange(other.Faces);
        Frames.UnionWith(other.Frames);
    }

    /// <summary>Mean cosine over all pairs of both, -1..1.</summary>
    public float Similarity(FaceGroup other) => TensorPrimitives.Dot<float>(Sum, other.Sum) / ((float)Faces.Count * other.Faces.Count);

    /// <summary>Mean cosine of the group's faces with one look of the same model, -1..1.</summary>
    public float Similarity(FaceEmbedding look) => TensorPrimitives.Dot(Sum, look.Values) / Faces.Count;

    /// <summary>Whether both were seen in one frame, and so cannot be the same person.</summary>
    public bool Meets(FaceGroup other) => Frames.Overlaps(other.Frames);
}
