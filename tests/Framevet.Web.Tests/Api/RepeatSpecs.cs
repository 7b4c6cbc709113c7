using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using Framevet.Pipeline;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>Requests that are sent twice, answers that are known, and callers who call too often.</summary>
public sealed class RepeatSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_key_again_gets_the_same_run()
    {
        using var clips = new ClipFactory();
        var file = await ApiRun.ClipAsync(clips, Ct);
        using var client = await SignInAsync();

        using var first = await UploadAsync(client, file, "key-1");
        using var second = await UploadAsync(client, file, "key-1");
        using var third = await UploadAsync(client, file, "key-2");

        var ids = await Task.WhenAll(new[] { first, second, third }.Select(async a => (await a.ReadAsync<SubmitBody>(Ct)).Runs.Single().Id));
        ids[1].ShouldBe(ids[0]);
        ids[2].ShouldNotBe(ids[0]);
        second.Headers.GetValues(Repeats.Replayed).ShouldBe(["true"]);
        (second.StatusCode, second.Headers.Location).ShouldBe((HttpStatusCode.Created, first.Headers.Location));
        (await client.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, Ct)).Total.ShouldBe(2);
    }

    [Fact]
    public async Task Twenty_at_once_with_one_key_make_one_run()
    {
        using var clips = new ClipFactory();
        var file = await ApiRun.ClipAsync(clips, Ct);
        using var client = await SignInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => UploadAsync(client, file, "together")));

        answers.Select(a => (int)a.StatusCode).ShouldAllBe(s => s == 201 || s == 409);
        (await client.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, Ct)).Total.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_belongs_to_one_request_of_one_user()
    {
        using var one = await SignInAsync();
        using var other = await SignInAsync();

        using var first = await PostAsync(one, WebPaths.Links, new LinksWish(["http://192.0.0.1/a.mp4"]), "mine");
        using var fits = await PostAsync(one, $"{WebPaths.Uploads}/known", new KnownFile(new string('a', 64), "a.mp4"), "mine");
        using var changed = await PostAsync(one, $"{WebPaths.Uploads}/known", new KnownFile(new string('b', 64), "other.mp4"), "mine");
        using var theirs = await PostAsync(other, $"{WebPaths.Uploads}/known", new KnownFile(new string('b', 64), "other.mp4"), "mine");

        first.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        fits.StatusCode.ShouldBe(HttpStatusCode.NoContent, "a request that failed gives its key free");
        (await changed.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "source-refused", Ct)).ShouldContain("another request");
        theirs.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused()
    {
        using var client = await SignInAsync();

        using var answer = await PostAsync(client, $"{WebPaths.Uploads}/known", new KnownFile(new string('a', 64), "a.mp4"), "with blank");

        (await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", Ct)).ShouldContain(Repeats.Header);
    }

    [Fact]
    public async Task What_a_client_has_already_is_not_sent_again()
    {
        using var client = await SignInAsync();
        using var first = await client.GetAsync(new Uri("/api/v1/parts", UriKind.Relative), Ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/parts") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var other = new HttpRequestMessage(HttpMethod.Get, "/api/v1/parts") { Headers = { IfNoneMatch = { new("\"other\"") } } };

        using var again = await client.SendAsync(request, Ct);
        using var changed = await client.SendAsync(other, Ct);

        (again.StatusCode, (await again.Content.ReadAsByteArrayAsync(Ct)).Length).ShouldBe((HttpStatusCode.NotModified, 0));
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await changed.Content.ReadAsStringAsync(Ct)).ShouldBe(await first.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Who_calls_too_often_waits_and_nobody_else_does()
    {
        await using var strict = new StrictHost();
        using var eager = await strict.SignInAsync("eager", [Roles.Submitter], Ct);
        using var calm = await strict.SignInAsync("calm", [Roles.Submitter], Ct);
        using var key = await strict.KeyClientAsync("script", [Roles.Submitter], [Scopes.RunsRead], Ct);

        var statuses = new List<int>();
        for (var i = 0; i < 30; i++)
        {
            // Another address each time, if one believed the client.
            using var request = new HttpRequestMessage(HttpMethod.Get, WebPaths.Runs) { Headers = { { "X-Forwarded-For", $"203.0.113.{i}" } } };
            using var answer = await eager.SendAsync(request, Ct);
            statuses.Add((int)answer.StatusCode);
        }

        using var other = await calm.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), Ct);
        using var script = await key.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), Ct);

        statuses[0].ShouldBe(200);
        statuses.Count(s => s == 429).ShouldBeGreaterThan(10);
        statuses.ShouldAllBe(s => s == 200 || s == 429);
        (other.StatusCode, script.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
    }

    private async Task<HttpClient> SignInAsync() => await app.SignInAsync($"rep-{Guid.NewGuid():N}", [Roles.Submitter], Ct);

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, string file, string key)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(file, Ct)), "files", "clip.mp4" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, WebPaths.Runs) { Content = form };
        request.Headers.Add(Repeats.Header, key);
        return await client.SendAsync(request, Ct);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: PipelineJson.Options) };
        request.Headers.TryAddWithoutValidation(Repeats.Header, key);
        return await client.SendAsync(request, Ct);
    }

    /// <summary>A server with few calls a minute for each user.</summary>
    private sealed class StrictHost : AppHost
    {
        protected override ImmutableDictionary<string, string> Settings => base.Settings.SetItem("Framevet:ApiLimits:UserPerMinute", "4");
    }
}
