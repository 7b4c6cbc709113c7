using System.Collections.Immutable;
using System.Net;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>A server with the real models.</summary>
public sealed class RealModelsHost : AppHost
{
    private readonly TemporaryFolder _state = new();

    protected override ImmutableDictionary<string, string> Settings =>
        TestModels.Folder is { } folder
            ? ImmutableDictionary<string, string>.Empty.Add("Models:Folder", folder).Add("Models:StateFolder", _state.Path)
            : ImmutableDictionary<string, string>.Empty;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _state.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Faces in a picture that is sent, with the real models behind.</summary>
public sealed class FaceSearchApiSpecs(RealModelsHost app) : IClassFixture<RealModelsHost>
{
    private const int Patience = 120_000;

    [Fact(Timeout = Patience)]
    public async Task A_face_of_a_picture_can_be_looked_for_in_a_run()
    {
        var ct = TestContext.Current.CancellationToken;
        var photo = TestModels.Path("reference/photos/obama.jpg");
        using var client = await app.SignInAsync("finder", [Roles.Submitter], ct);

        var found = await (await SendAsync(client, photo, """{"id":"face-likeness"}""", ct)).ReadAsync<FacesBody>(ct);
        var reference = found.Faces.Single().Reference.ShouldNotBeNull();
        var recipe = FaceRecipes.OnePerson with { Metrics = [.. FaceRecipes.OnePerson.Metrics.Select(m => m.Id == "face-likeness" ? m.With("reference", reference) : m)] };
        var id = await client.SubmitAsync(TestModels.Path("reference/photos/obama2.jpg"), new() { ["recipeJson"] = System.Text.Json.JsonSerializer.Serialize(recipe, Framevet.Pipeline.PipelineJson.Options) }, ct);
        await client.WaitAsync(id, ct, RunState.Done, RunState.AwaitingReview);
        var frame = (await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames", ct)).Items.Single();

        FaceEmbedding.Parse(reference).ShouldNotBeNull();
        frame.Scores["face-similarity"].ShouldBeGreaterThan(0.6f);
        (await client.GetJsonAsync<PersonBody[]>($"{WebPaths.Runs}/{id}/people", ct)).Length.ShouldBe(1);
        (await client.GetJsonAsync<DetectionsBody>($"{WebPaths.Runs}/{id}/frames/{frame.Pts}/detections", ct)).Faces!.Value.Single().Person.ShouldBe(1);
    }

    [Fact(Timeout = Patience)]
    public async Task No_face_is_an_answer_and_everything_else_that_is_wrong_a_problem()
    {
        var ct = TestContext.Current.CancellationToken;
        var coffee = TestModels.Path("reference/photos/coffee.png");
        using var client = await app.SignInAsync("nobody-finder", [Roles.Submitter], ct);

        (await (await SendAsync(client, coffee, """{"id":"face-likeness"}""", ct)).ReadAsync<FacesBody>(ct)).Faces.ShouldBeEmpty();
        foreach (var part in (string[])["", "{", """{"id":"sharpness"}""", """{"id":"face-likeness","options":{"maxFaces":0}}"""])
        {
            using var wrong = await SendAsync(client, coffee, part, ct);
            await wrong.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", ct);
        }

        using var folder = new TemporaryFolder();
        using var noPicture = await SendAsync(client, folder.Write("x.png", "no picture"u8), """{"id":"face-likeness"}""", ct);
        noPicture.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        Directory.GetFileSystemEntries(app.Folder, "*", SearchOption.AllDirectories).ShouldNotContain(path => path.EndsWith("/0", StringComparison.Ordinal), "nothing of a picture is kept");
    }

    [Fact(Timeout = Patience)]
    public async Task A_recipe_that_looks_for_somebody_is_not_run_before_a_face_is_chosen()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("hasty", [Roles.Submitter], ct);

        using var answer = await client.UploadAsync([await ApiRun.ClipAsync(clips, ct)], new() { ["recipe"] = "One person" }, ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(ct)).ShouldContain("choose the face first");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string file, string part, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent { { new StringContent(part), "part" }, { new ByteArrayContent(await File.ReadAllBytesAsync(file, ct)), "files", Path.GetFileName(file) } };
        return await client.PostAsync(new Uri(WebPaths.Faces, UriKind.Relative), form, ct);
    }
}
