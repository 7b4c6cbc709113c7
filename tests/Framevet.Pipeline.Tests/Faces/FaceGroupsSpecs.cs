using System.Collections.Immutable;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tests.Faces;

/// <summary>Who is who in a run.</summary>
public sealed class FaceGroupsSpecs
{
    private const int Length = 128;

    private static readonly TimeBase Unit = new(1, 25);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 100)];

    [Fact]
    public void Nobody_is_in_a_run_without_faces()
    {
        FaceGroups.Of([]).ShouldBeEmpty();
        FaceGroups.Of([Frame(0), Frame(1) with { Detections = new FrameDetections(Faces: []) }]).ShouldBeEmpty();
    }

    [Fact]
    public void A_face_that_nobody_embedded_belongs_to_nobody() =>
        FaceGroups.Of([Frame(0, Face(null)), Frame(1, Face(Axis(0)))]).Single().Faces.ShouldBe([new PersonFace(At(1), 0, FaceQuality.Of(Face(Axis(0))))]);

    [Fact]
    public void Who_is_in_more_frames_has_the_lower_number_and_the_earlier_one_wins_a_tie()
    {
        var people = FaceGroups.Of([Frame(0, Face(Axis(2))), Frame(1, Face(Axis(1))), Frame(2, Face(Axis(1))), Frame(3, Face(Axis(0)))]);

        people.Select(p => p.Number).ShouldBe([1, 2, 3]);
        people.Select(p => p.Faces[0].Pts.Value).ShouldBe([1, 0, 3]);
        people[0].Look.Similarity(Axis(1)).ShouldNotBeNull().ShouldBe(1, 1e-3);
    }

    [Fact]
    public void Two_faces_of_one_frame_are_two_people_however_alike()
    {
        var people = FaceGroups.Of([Frame(0, Face(Axis(0)), Face(Axis(0))), Frame(1, Face(Axis(0))), Frame(2, Face(Axis(0)), Face(Axis(0)))]);

        people.Length.ShouldBe(2);
        people.ShouldAllBe(p => p.Faces.Select(f => f.Pts).Distinct().Count() == p.Faces.Length);
    }

    [Fact]
    public void Looks_on_either_side_of_the_threshold_are_one_person_or_two()
    {
        FaceGroups.Of([Frame(0, Face(Axis(0))), Frame(1, Face(Between(FaceGroups.SamePerson + 0.02f)))]).Length.ShouldBe(1);
        FaceGroups.Of([Frame(0, Face(Axis(0))), Frame(1, Face(Between(FaceGroups.SamePerson - 0.02f)))]).Length.ShouldBe(2);
    }

    [Fact]
    public void A_chain_of_faces_that_change_step_by_step_does_not_join_strangers()
    {
        // Each step is 30 degrees: single links would make one person of all twelve.
        var frames = Enumerable.Range(0, 12).Select(i => Frame(i * 2, Face(Turned(30 * i)))).ToArray();

        var people = FaceGroups.Of(frames);

        people.Length.ShouldBeGreaterThan(2);
        people.ShouldAllBe(p => p.Faces.Length < 6);
    }

    [Fact]
    public void Looks_of_different_models_are_never_one_person()
    {
        var other = FaceEmbedding.Of([1, 0, 0, 0]);

        FaceGroups.Of([Frame(0, Face(Axis(0))), Frame(1, Face(other))]).Length.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void People_who_look_different_are_found_again_in_any_order(int seed)
    {
        var (frames, truth) = Film(seed, people: 2 + (seed % 6), frames: 40, noise: 0.07f);
        var random = new Random(seed + 1000);

        var people = FaceGroups.Of(frames);
        var shuffled = FaceGroups.Of(frames.OrderBy(_ => random.Next()));

        people.SelectMany(p => p.Faces).Select(f => (f.Pts, f.Face)).Distinct().Count().ShouldBe(truth.Count, $"seed {seed}: every face belongs to exactly one person");
        people.Select(p => p.Faces.Select(f => truth[(f.Pts, f.Face)]).Distinct().Count()).ShouldAllBe(names => names == 1, $"seed {seed}: nobody is two people");
        people.Length.ShouldBe(truth.Values.Distinct().Count(), $"seed {seed}: nobody is split");
        shuffled.Select(p => string.Join(',', p.Faces)).ShouldBe(people.Select(p => string.Join(',', p.Faces)), $"seed {seed}: order changed the answer");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_answer_is_the_one_of_merging_the_nearest_two_again_and_again(int seed)
    {
        // Loud enough that people blur into each other, and every other frame empty, so that no track is made beforehand.
        var (frames, _) = Film(seed, people: 8, frames: 30, noise: 0.1f, every: 2);

        var chained = FaceGroups.Of(frames).Select(p => string.Join(',', p.Faces)).Order(StringComparer.Ordinal);

        chained.ShouldBe(NearestFirst(frames).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Beyond_what_is_compared_each_with_each_the_rest_joins_whom_it_fits()
    {
        // More tracks than the limit, of six people in turn.
        var frames = Enumerable.Range(0, FaceGroups.MostCompared + 300).Select(i => Frame(i, Face(Axis(i % 6)))).ToArray();

        var people = FaceGroups.Of(frames);

        people.Length.ShouldBe(6);
        people.Sum(p => p.Faces.Length).ShouldBe(frames.Length);
        people.ShouldAllBe(p => p.Faces.Select(f => f.Pts.Value % 6).Distinct().Count() == 1);
    }

    [Fact]
    public void A_large_sharp_frontal_face_stands_for_a_person()
    {
        var small = Face(Axis(0)) with { Box = new MarkBox(0, 0, 0.05f, 0.1f) };
        var turned = Face(Axis(0)) with { Pose = new HeadPose(60, 0, 0) };
        var best = Face(Axis(0));

        FaceQuality.Of(best).ShouldBeInRange(0, 1);
        FaceQuality.Of(best).ShouldBeGreaterThan(FaceQuality.Of(small));
        FaceQuality.Of(best).ShouldBeGreaterThan(FaceQuality.Of(turned));
        FaceQuality.Of(best with { Pose = new HeadPose(0, 0, 40) }).ShouldBe(FaceQuality.Of(best), "a tilted head shows as much");
    }

    // The definition, step by step: merge the two groups with the greatest mean similarity that never met, until none is left.
    private static List<string> NearestFirst(Candidate[] frames)
    {
        var groups = frames.SelectMany(f => (f.Detections?.Faces ?? []).Select((face, i) => new List<(PersonFace Face, FaceEmbedding Look)> { (new PersonFace(f.Pts, i, FaceQuality.Of(face)), face.Embedding!) })).ToList();
        while (true)
        {
            var best = (from a in groups
                        from b in groups
                        where a != b && !a.Any(x => b.Any(y => y.Face.Pts == x.Face.Pts))
                        let mean = a.SelectMany(x => b.Select(y => (double)x.Look.Similarity(y.Look)!.Value)).Average()
                        where mean >= FaceGroups.SamePerson
                        orderby mean descending
                        select (a, b)).FirstOrDefault();
            if (best.a is null)
            {
                return [.. groups.Select(g => string.Join(',', g.OrderBy(f => f.Face.Pts).ThenBy(f => f.Face.Face).Select(f => f.Face)))];
            }

            best.a.AddRange(best.b);
            groups.Remove(best.b);
        }
    }

    private static (Candidate[] Frames, Dictionary<(Pts, int), int> Truth) Film(int seed, int people, int frames, float noise, int every = 1)
    {
        var random = new Random(seed);
        var looks = Enumerable.Range(0, people).Select(_ => Noisy(random, new float[Length], 1)).ToArray();
        var truth = new Dictionary<(Pts, int), int>();
        var film = new List<Candidate>();
        for (var i = 0; i < frames; i++)
        {
            int[] present = [.. Enumerable.Range(0, people).Where(_ => random.Next(3) == 0).OrderBy(_ => random.Next())];
            film.Add(Frame(i * every, [.. present.Select(p => Face(FaceEmbedding.Of(Noisy(random, Unitary(looks[p]), noise))))]));
            for (var f = 0; f < present.Length; f++)
            {
                truth[(At(i * every), f)] = present[f];
            }

            if (every > 1)
            {
                film.Add(Frame((i * every) + 1));
            }
        }

        return ([.. film], truth);
    }

    private static float[] Unitary(float[] look)
    {
        var length = MathF.Sqrt(look.Sum(v => v * v));
        return [.. look.Select(v => v / length)];
    }

    // Gaussian noise around a look; 0.07 on 128 numbers leaves a cosine of about 0.6 between two faces of one person.
    private static float[] Noisy(Random random, float[] look, float noise) =>
        [.. look.Select(v => v + (noise * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))))];

    private static FaceEmbedding Axis(int axis)
    {
        var look = new float[Length];
        look[axis] = 1;
        return FaceEmbedding.Of(look)!;
    }

    private static FaceEmbedding Between(float cosine) => Turned(Math.Acos(cosine) * 180 / Math.PI);

    private static FaceEmbedding Turned(double degrees)
    {
        var look = new float[Length];
        (look[1], look[0]) = ((float)Math.Sin(degrees * Math.PI / 180), (float)Math.Cos(degrees * Math.PI / 180));
        return FaceEmbedding.Of(look)!;
    }

    private static FaceMark Face(FaceEmbedding? look) => new(new MarkBox(0.4f, 0.3f, 0.2f, 0.3f), 0.9f, []) { Embedding = look };

    private static Pts At(long value) => new(value, Unit);

    private static Candidate Frame(long pts, params FaceMark[] faces) =>
        new(At(pts), (int)pts, ImmutableSortedDictionary<string, float>.Empty, 0, null, []) { Detections = new FrameDetections([.. faces]) };
}
