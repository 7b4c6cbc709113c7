using System.Collections.Immutable;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Tests.Flow;
using Framevet.TestKit.Media;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Pipeline.Tests.Faces;

/// <summary>Faces of real photographs and films, with the real models.</summary>
public sealed class RealFacesSpecs
{
    private static readonly PartSpec Likeness = new("face-likeness");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_person_in_two_photographs_is_one_and_others_are_others()
    {
        await using var rig = Rig();
        string[] photos = ["astronaut.png", "obama.jpg", "biden.jpg", "obama2.jpg"];
        var found = new List<ImmutableArray<FaceMark>>();
        foreach (var photo in photos)
        {
            found.Add(await FindAsync(rig, TestModels.Path($"reference/photos/{photo}"), Likeness));
        }

        var people = FaceGroups.Of(found.Select((faces, i) => Frame(i, faces)));

        found.ShouldAllBe(faces => faces.Length == 1 && faces[0].Embedding != null);
        people.Select(p => string.Join(' ', p.Faces.Select(f => photos[f.Pts.Value]))).ShouldBe(["obama.jpg obama2.jpg", "astronaut.png", "biden.jpg"]);
    }

    [Fact]
    public async Task A_picture_without_a_face_has_none_and_a_part_that_compares_no_faces_is_refused()
    {
        await using var rig = Rig();
        var coffee = TestModels.Path("reference/photos/coffee.png");

        (await FindAsync(rig, coffee, Likeness)).ShouldBeEmpty();
        (await Should.ThrowAsync<VettingException>(() => FindAsync(rig, coffee, new PartSpec("sharpness")))).Code.ShouldBe(FailureCode.InvalidRequest);
        var text = TestMedia.Path("not-a-video.mp4");
        (await Should.ThrowAsync<VettingException>(() => FindAsync(rig, text, Likeness))).Code.ShouldBe(FailureCode.UnsupportedMedia);
    }

    [Fact]
    public async Task An_old_reference_does_not_hinder_finding_a_new_one()
    {
        await using var rig = Rig();

        var faces = await FindAsync(rig, TestModels.Path("reference/photos/biden.jpg"), Likeness.With("reference", FaceEmbedding.Of([1, 0, 0])!.ToString()));

        faces.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("talking-head-1080x720-nostss.mp4", 1)]
    [InlineData("person-signing-640x480.mkv", 1)]
    public async Task A_film_of_one_person_has_one_person(string film, int expected)
    {
        await using var rig = Rig();
        var run = await RunAsync(rig, film, FaceRecipes.WithFaces);

        var people = await rig.Store.PeopleAsync(run, Ct);
        var frames = await rig.FramesAsync(run);

        people.Length.ShouldBe(expected);
        people[0].Faces.Length.ShouldBe(frames.Sum(f => f.Detections!.Faces!.Value.Length));
        people[0].Faces.Length.ShouldBeGreaterThan(frames.Length / 2);
        rig.Events.All.OfType<PeopleChanged>().Last().People.ShouldBe(expected);
    }

    [Fact]
    public async Task A_film_without_people_has_nobody_and_every_frame_says_why_it_is_out()
    {
        await using var rig = Rig();
        var run = await RunAsync(rig, "flower-960x540.mp4", FaceRecipes.WithFaces);

        (await rig.Store.PeopleAsync(run, Ct)).ShouldBeEmpty();
        (await rig.FramesAsync(run)).ShouldAllBe(f => f.Detections!.Faces!.Value.IsEmpty && f.Losses.Any(l => l.Part == "face-presence"));
    }

    [Fact]
    public async Task Looking_for_somebody_of_one_run_finds_them_in_another_and_nobody_else()
    {
        await using var rig = Rig();
        var first = await RunAsync(rig, "talking-head-1080x720-nostss.mp4", FaceRecipes.WithFaces);
        var look = (await rig.Store.PeopleAsync(first, Ct))[0].Look;
        var recipe = WantedFace.Set(FaceRecipes.OnePerson, rig.Catalog, look).ShouldNotBeNull();

        var same = await rig.FramesAsync(await RunAsync(rig, "talking-head-1080x720-nostss.mp4", recipe));
        var other = await rig.FramesAsync(await RunAsync(rig, "person-signing-640x480.mkv", recipe));

        same.Count(f => f.PassedGates).ShouldBeGreaterThan(same.Length / 2);
        other.ShouldAllBe(f => !f.PassedGates);
        other.ShouldContain(f => f.Losses.Any(l => l.Reason.StartsWith("face-similarity", StringComparison.Ordinal)));
    }

    private static FlowRig Rig()
    {
        var folder = TestModels.With("mobilefacenet_foamliu_128d.onnx").Folder;
        return new FlowRig(isReal: true, change: services => services.PostConfigure<ModelsOptions>(o => (o.Folder, o.StateFolder) = (folder, Path.Combine(Path.GetTempPath(), "framevet-no-state"))));
    }

    private static async Task<RunId> RunAsync(FlowRig rig, string film, Recipe recipe)
    {
        var run = await rig.SubmitFileAsync(TestMedia.Path(film), recipe, Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed, (await rig.RunAsync(run.Id)).Reason);
        return run.Id;
    }

    private static Task<ImmutableArray<FaceMark>> FindAsync(FlowRig rig, string path, PartSpec part) =>
        rig.Faces.FindAsync(new SourceFile(path, Path.GetFileName(path), new FileInfo(path).Length), part, Ct);

    private static Candidate Frame(int i, ImmutableArray<FaceMark> faces) =>
        new(new Pts(i, new TimeBase(1, 1)), i, ImmutableSortedDictionary<string, float>.Empty, 0, null, []) { Detections = new FrameDetections(faces) };
}
