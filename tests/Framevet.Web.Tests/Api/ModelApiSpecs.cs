using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.TestKit.Onnx;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Models through the API: got from a real server on this machine, refused, removed, added.</summary>
public sealed class ModelApiSpecs(ModelHost app) : IClassFixture<ModelHost>
{
    private const int Patience = 120_000;

    private const string Models = $"{WebPaths.Api}/models";

    private static readonly int[] PictureAxes = [1, 2, 3];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_model_is_pulled_though_the_connection_breaks_verified_and_removed()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("m.onnx", ModelHost.Bytes(300_000));
        served.Breaks.Enqueue(100_000);
        app.Own("resumed", served.Content, served.Address);
        using var admin = await app.SignInAsync("puller", [Roles.Admin], Ct);
        (await admin.PostJsonAsync<string[]>($"{Models}/look", null, Ct)).ShouldBeEmpty();

        using var accepted = await admin.PostJsonAsync($"{Models}/resumed/pull", null, Ct);
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var model = await EndAsync(admin, "resumed");

        (model.State, model.Pull!.State, model.IsOwn, model.BytesHere).ShouldBe((ModelState.Ready, PullState.Done, true, 300_000));
        served.Requests.Count.ShouldBe(2);
        (await admin.PostJsonAsync<ModelReport>($"{Models}/resumed/verify", null, Ct)).State.ShouldBe(ModelState.Ready);
        using var removed = await admin.DeleteAsync(new Uri($"{Models}/nima-aesthetic", UriKind.Relative), Ct);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var forgotten = await admin.DeleteAsync(new Uri($"{Models}/resumed", UriKind.Relative), Ct);
        using var gone = await admin.GetAsync(new Uri($"{Models}/resumed", UriKind.Relative), Ct);
        await gone.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not-found", Ct);
        (await AuditAsync("model/resumed")).ShouldBe(["model.pull", "model.verify", "model.remove"]);
    }

    [Fact(Timeout = Patience)]
    public async Task A_corrupted_download_is_told_with_both_hashes()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("m.onnx", ModelHost.Bytes(5000));
        app.Own("corrupted", ModelHost.Bytes(5000, seed: 2), served.Address);
        using var admin = await app.SignInAsync("corrupter", [Roles.Admin], Ct);
        await admin.PostJsonAsync<string[]>($"{Models}/look", null, Ct);

        using var accepted = await admin.PostJsonAsync($"{Models}/corrupted/pull", null, Ct);
        var model = await EndAsync(admin, "corrupted");

        (model.State, model.Pull!.State).ShouldBe((ModelState.WrongHash, PullState.Failed));
        model.Pull.Trouble.ShouldNotBeNull().ShouldContain(model.Files[0].Sha256);
        model.Pull.Trouble.ShouldContain(model.Files[0].WrongSha256!);
    }

    [Fact(Timeout = Patience)]
    public async Task Terms_are_accepted_in_their_present_wording_before_a_pull()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("m.onnx", ModelHost.Bytes(5000));
        app.Own("terms", served.Content, served.Address, new ModelLicence { Id = "NC", Allows = "No business.", NeedsAcceptance = true });
        using var admin = await app.SignInAsync("lawyer", [Roles.Admin], Ct);
        await admin.PostJsonAsync<string[]>($"{Models}/look", null, Ct);

        using var refused = await admin.PostJsonAsync($"{Models}/terms/pull", null, Ct);
        using var stale = await admin.PostJsonAsync($"{Models}/terms/accept", new { version = "000000000000" }, Ct);
        (await refused.ShouldBeProblemAsync(HttpStatusCode.Conflict, "licence-not-accepted", Ct)).ShouldContain("No business.");
        await stale.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", Ct);
        served.Requests.ShouldBeEmpty();

        var model = await admin.GetJsonAsync<ModelReport>($"{Models}/terms", Ct);
        (await admin.PostJsonAsync<ModelReport>($"{Models}/terms/accept", new { version = model.Licence.Version }, Ct)).Acceptance.ShouldNotBeNull().Who.ShouldBe("lawyer");
        using var accepted = await admin.PostJsonAsync($"{Models}/terms/pull", null, Ct);
        (await EndAsync(admin, "terms")).Pull!.State.ShouldBe(PullState.Done);
        (await AuditAsync("model/terms")).ShouldBe(["model.accept-licence", "model.pull"]);
    }

    [Fact(Timeout = Patience)]
    public async Task A_recipe_whose_model_is_missing_is_refused_with_the_models_id_before_a_run_exists()
    {
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("hasty", [Roles.Submitter], Ct);
        var recipe = BuiltInRecipes.TopTenth with { Name = "natural", Metrics = [.. BuiltInRecipes.TopTenth.Metrics, new PartSpec("brisque")] };

        using var answer = await client.UploadAsync([await ApiRun.ClipAsync(clips, Ct)], new() { ["recipeJson"] = JsonSerializer.Serialize(recipe, PipelineJson.Options) }, Ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.Conflict, "model-missing", Ct)).ShouldContain("brisque_svr.onnx");
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        problem.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetString()).ShouldBe(["brisque"]);
        (await client.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, Ct)).Total.ShouldBe(0);
    }

    [Fact(Timeout = Patience)]
    public async Task An_own_file_becomes_a_metric_and_one_that_is_not_as_described_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var path = new TinyOnnx().Input("x", -1, 3, 8, 8).Output("score", -1, 1)
            .Node("ReduceMean", "x", "mean", ("axes", PictureAxes), ("keepdims", 0)).Constant("axis", [1L], 1).Node("Unsqueeze", "mean axis", "score").Save(folder.Path, "own.onnx");
        using var admin = await app.SignInAsync("owner", [Roles.Admin], Ct);
        var model = new OwnModel { Id = "mean-light", Head = "scalar", Width = 8, Height = 8, Output = "score" };

        using var wrong = await SendAsync(admin, model with { Width = 16 }, path);
        using var added = await SendAsync(admin, model, path);
        using var again = await SendAsync(admin, model, path);

        (await wrong.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable, "model-mismatch", Ct)).ShouldContain("mean-light");
        added.StatusCode.ShouldBe(HttpStatusCode.Created, await added.Content.ReadAsStringAsync(Ct));
        await again.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", Ct);
        var parts = await admin.GetJsonAsync<JsonElement[]>($"{WebPaths.Api}/parts?kind=metric", Ct);
        parts.Select(p => p.GetProperty("id").GetString()).ShouldContain("mean-light");
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, OwnModel model, string path)
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent(JsonSerializer.Serialize(model, PipelineJson.Options)), "model" },
            { new ByteArrayContent(File.ReadAllBytes(path)), "file", "own.onnx" },
        };
        return client.PostAsync(new Uri(Models, UriKind.Relative), form, Ct);
    }

    private static async Task<ModelReport> EndAsync(HttpClient client, string id)
    {
        while (true)
        {
            var model = await client.GetJsonAsync<ModelReport>($"{Models}/{id}", Ct);
            if (model.Pull is { State: not PullState.Running })
            {
                return model;
            }

            await Task.Delay(50, Ct);
        }
    }

    // Oldest first.
    private async Task<string[]> AuditAsync(string subject) =>
        [.. (await app.Services.GetRequiredService<AuditQuery>().PageAsync(new AuditFilter(Subject: subject), 0, 50, Ct)).Rows.OrderBy(r => r.Id).Select(r => r.Action)];
}

/// <summary>A server that may pull from this machine.</summary>
public sealed class ModelHost : AppHost
{
    protected override ImmutableDictionary<string, string> Settings => ImmutableDictionary<string, string>.Empty.Add("Models:AllowPrivateAddresses", "true");

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Writes an own entry as an operator does; known after the next look.</summary>
    public void Own(string id, byte[] content, Uri address, ModelLicence? licence = null)
    {
        var entry = new ModelEntry
        {
            Id = id,
            Task = ModelTask.Technical,
            Title = id,
            Files = [new ModelFile { Name = $"{id}.onnx", Bytes = content.Length, Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), Url = address.ToString() }],
            Licence = licence ?? new ModelLicence { Id = "MIT", Allows = "Anything." },
            Origin = new ModelOrigin("example/models"),
        };
        var own = Directory.CreateDirectory(Path.Combine(Folder, "models", "own"));
        File.WriteAllBytes(Path.Combine(own.FullName, $"{id}.json"), ModelManifest.Write(entry));
    }
}
