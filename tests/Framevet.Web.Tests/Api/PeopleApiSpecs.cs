using System.Collections.Immutable;
using System.Net;
using Framevet.Data.Tables;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>People and findings over the API, and the pictures of faces.</summary>
public sealed class PeopleApiSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Patience = 120_000;
    private const int Side = 320;

    private static readonly TimeBase Unit = new(1, 1000);

    // The face is where the picture has a fine pattern of black and white; around it everything is gray.
    private static readonly MarkBox Box = new(0.25f, 0.25f, 0.25f, 0.25f);

    private static readonly FaceMark Face = new(Box, 0.9f, [new MarkPoint(0.3f, 0.3f)]) { Embedding = FaceEmbedding.Of([1, 2, 2]), EyesOpen = 0.75f, Pose = new HeadPose(10, 0, 0) };

    [Fact(Timeout = Patience)]
    public async Task People_are_listed_asked_for_and_filtered_by()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("people", [Roles.Submitter], ct);
        var run = $"{WebPaths.Runs}/{await RunAsync("people", ct)}";

        var people = await client.GetJsonAsync<PersonBody[]>($"{run}/people", ct);
        var second = await client.GetJsonAsync<PersonBody>($"{run}/people/2", ct);

        people.Select(p => (p.Number, p.Frames, p.Faces, p.Cover)).ShouldBe([(1, 2, 2, new PersonCover(0, 0, true)), (2, 1, 1, new PersonCover(1000, 1, false))]);
        people.ShouldAllBe(p => p.Reference == null);
        FaceEmbedding.Parse(second.Reference).ShouldNotBeNull().Similarity(FaceEmbedding.Of([0, 1, 0])!).ShouldNotBeNull().ShouldBe(1, 1e-3);
        (await client.GetJsonAsync<PageBody<FrameItem>>($"{run}/frames?person=2", ct)).Items.Select(f => f.Pts).ShouldBe([1000]);
        (await client.GetJsonAsync<PageBody<FrameItem>>($"{run}/frames?person=7", ct)).Total.ShouldBe(0);
        using var nobody = await client.GetAsync(new Uri($"{run}/people/3", UriKind.Relative), ct);
        await nobody.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not-found", ct);
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_found_in_a_frame_is_told_and_null_means_nobody_looked()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("findings", [Roles.Submitter], ct);
        var run = $"{WebPaths.Runs}/{await RunAsync("findings", ct)}";

        var found = await client.GetJsonAsync<DetectionsBody>($"{run}/frames/1000/detections", ct);
        var withLooks = await client.GetJsonAsync<DetectionsBody>($"{run}/frames/1000/detections?reference=true", ct);
        var empty = await client.GetJsonAsync<DetectionsBody>($"{run}/frames/2000/detections", ct);

        found.Faces!.Value.Select(f => f.Person).ShouldBe([1, 2]);
        found.Faces!.Value[0].Box.ShouldBe(Box);
        found.Faces!.Value[0].EyesOpen.ShouldBe(0.75f);
        found.Faces!.Value.ShouldAllBe(f => f.Reference == null);
        found.Objects.ShouldBeNull();
        FaceEmbedding.Parse(withLooks.Faces!.Value[0].Reference).ShouldBe(Face.Embedding);
        (empty.Faces, empty.PersonShare).ShouldBe((null, null));
        using var none = await client.GetAsync(new Uri($"{run}/frames/4711/detections", UriKind.Relative), ct);
        await none.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not-found", ct);
    }

    [Fact(Timeout = Patience)]
    public async Task What_belongs_to_somebody_else_does_not_exist()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("owner-of-faces", [Roles.Submitter], ct);
        using var stranger = await app.SignInAsync("stranger-to-faces", [Roles.Submitter], ct);
        var id = await RunAsync("owner-of-faces", ct);

        foreach (var path in (string[])[$"{WebPaths.Runs}/{id}/people", $"{WebPaths.Runs}/{id}/people/1", $"{WebPaths.Runs}/{id}/frames/0/detections", WebPaths.Face(id, 0, 0)])
        {
            using var mine = await owner.GetAsync(new Uri(path, UriKind.Relative), ct);
            using var theirs = await stranger.GetAsync(new Uri(path, UriKind.Relative), ct);
            (mine.StatusCode, theirs.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.NotFound), path);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task A_face_is_cut_out_of_a_frame_that_may_be_seen()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("cutter", [Roles.Submitter], ct);
        var id = await RunAsync("cutter", ct);

        var crop = Decode(await client.GetByteArrayAsync(new Uri(WebPaths.Face(id, 0, 0), UriKind.Relative), ct));

        // Half as much again as the box, which is a quarter of 320 pixels.
        (crop.Width, crop.Height).ShouldBe((120, 120));
        Contrast(crop).ShouldBeGreaterThan(150);
        foreach (var face in (int[])[1, -1])
        {
            using var none = await client.GetAsync(new Uri(WebPaths.Face(id, 0, face), UriKind.Relative), ct);
            none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task A_face_of_a_frame_that_nobody_allowed_is_a_piece_of_its_blurred_picture()
    {
        var ct = TestContext.Current.CancellationToken;
        using var owner = await app.SignInAsync("blurred-face", [Roles.Submitter], ct);
        using var moderator = await app.SignInAsync("face-moderator", [Roles.Moderator], ct);
        var id = await RunAsync("blurred-face", ct);

        var blurred = await owner.GetByteArrayAsync(new Uri(WebPaths.Face(id, 1000, 0), UriKind.Relative), ct);
        var stubborn = await owner.GetByteArrayAsync(new Uri(WebPaths.Face(id, 1000, 0, reveal: true), UriKind.Relative), ct);
        var unasked = await moderator.GetByteArrayAsync(new Uri(WebPaths.Face(id, 1000, 0), UriKind.Relative), ct);
        var revealed = await moderator.GetByteArrayAsync(new Uri(WebPaths.Face(id, 1000, 0, reveal: true), UriKind.Relative), ct);

        Contrast(Decode(blurred)).ShouldBeLessThan(40);
        stubborn.ShouldBe(blurred);
        unasked.ShouldBe(blurred);
        Contrast(Decode(revealed)).ShouldBeGreaterThan(150);
    }

    private static RgbImage Decode(byte[] jpeg) => new JpegCodec().Decode(jpeg, int.MaxValue);

    private static int Contrast(RgbImage image) => image.Pixels.Max() - image.Pixels.Min();

    /// <summary>A finished run past the pipeline: an allowed frame with one face, a doubtful one with two, and one in which nobody looked.</summary>
    private async Task<RunId> RunAsync(string owner, CancellationToken ct)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var user = (await scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>().FindByNameAsync(owner))!;
        var store = app.Services.GetRequiredService<IRunStore>();
        var now = TimeProvider.System.GetUtcNow();
        var id = RunId.New(now);
        await store.AddAsync(
            new Run
            {
                Id = id,
                OwnerId = user.Id,
                SourceName = "faces.mp4",
                MediaSha256 = id.ToString().PadRight(64, '0'),
                MediaKey = $"media/{id}",
                MediaBytes = 1,
                Recipe = BuiltInRecipes.TopTenth,
                State = RunState.Done,
                Reason = "Done.",
                CreatedAt = now,
            },
            ct);
        var other = Face with { Box = new MarkBox(0.6f, 0.25f, 0.25f, 0.25f), Embedding = FaceEmbedding.Of([0, 1, 0]) };
        ImmutableArray<Candidate> frames = [Frame(id, 0, Decision.Allow, Face), Frame(id, 1000, Decision.Escalate, Face, other), Frame(id, 2000, Decision.Allow) with { Detections = null }];
        var jpeg = new JpegCodec().Encode(Pattern(), 95);
        foreach (var frame in frames)
        {
            await app.Services.GetRequiredService<IBlobStore>().PutAsync(frame.ThumbKey!, jpeg, ct);
        }

        await store.SaveCandidatesAsync(id, frames, new Funnel(Decoded: 3, Sampled: 3), ct);
        await store.SavePeopleAsync(id,
            [
                new Person(1, Face.Embedding!, [new PersonFace(frames[0].Pts, 0, 0.5f), new PersonFace(frames[1].Pts, 0, 0.5f)]),
                new Person(2, other.Embedding!, [new PersonFace(frames[1].Pts, 1, 0.5f)]),
            ],
            ct);
        return id;
    }

    private static Candidate Frame(RunId run, long pts, Decision decision, params ImmutableArray<FaceMark> faces) => new(
        new Pts(pts, Unit), (int)(pts / 1000), ImmutableSortedDictionary<string, float>.Empty, 0, $"thumbs/{run}/{pts}.jpg", [],
        new Judgement(new Verdict(decision, "For a test.", "policy"), [])) { Detections = new FrameDetections(faces) };

    private static RgbImage Pattern()
    {
        var pixels = new byte[Side * Side * 3];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var isFace = x >= Side / 4 && x < Side / 2 && y >= Side / 4 && y < Side / 2;
                var level = isFace ? ((x / 4) + (y / 4)) % 2 == 0 ? (byte)10 : (byte)245 : (byte)128;
                pixels.AsSpan(((y * Side) + x) * 3, 3).Fill(level);
            }
        }

        return new RgbImage(Side, Side, pixels);
    }
}
