using System.Net;
using System.Net.Http.Headers;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>API keys open what their scopes say, and never more than their user may.</summary>
public sealed class KeySpecs(AppHost app) : IClassFixture<AppHost>
{
    [Fact]
    public async Task A_reading_key_reads_and_submits_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.KeyClientAsync("reader", [Roles.Submitter], [Scopes.RunsRead], ct);

        (await client.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, ct)).Total.ShouldBe(0);
        using var submit = await client.UploadAsync([await ApiRun.ClipAsync(clips, ct)], null, ct);
        using var settings = await client.GetAsync(new Uri("/api/v1/settings", UriKind.Relative), ct);

        await submit.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "forbidden", ct);
        await settings.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "forbidden", ct);
    }

    [Fact]
    public async Task A_writing_key_submits_without_a_token_of_our_pages()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.KeyClientAsync("writer", [Roles.Submitter], [Scopes.RunsRead, Scopes.RunsWrite], ct);

        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct), null, ct);

        (await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{id}", ct)).Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_scope_gives_no_right_that_the_user_lacks()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.KeyClientAsync("climber", [Roles.Submitter], [.. Scopes.All], ct);

        using var review = await client.GetAsync(new Uri("/api/v1/review", UriKind.Relative), ct);

        await review.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "forbidden", ct);
    }

    [Fact]
    public async Task A_key_makes_no_keys_and_ends_no_sessions()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.KeyClientAsync("breeder", [Roles.Admin], [.. Scopes.All], ct);

        using var made = await client.PostJsonAsync($"{WebPaths.Api}/account/keys", new { name = "another", scopes = new[] { Scopes.RunsRead } }, ct);
        using var ended = await client.DeleteAsync(new Uri($"{WebPaths.Api}/account/sessions", UriKind.Relative), ct);

        await made.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "forbidden", ct);
        await ended.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "forbidden", ct);
    }

    [Fact]
    public async Task A_person_makes_lists_and_revokes_keys_and_an_expired_one_opens_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("keeper", [Roles.Submitter], ct);
        var made = await client.PostJsonAsync<Framevet.Data.Stores.NewApiKey>($"{WebPaths.Api}/account/keys", new KeyRequest("script", [Scopes.RunsRead], TimeProvider.System.GetUtcNow().AddDays(1)), ct);
        using var script = app.Anonymous();
        script.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Secret);

        (await script.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var listed = (await client.GetJsonAsync<Framevet.Data.Queries.ApiKeyRow[]>($"{WebPaths.Api}/account/keys", ct)).Single();
        listed.LastUsedAt.ShouldNotBeNull();
        listed.ExpiresAt.ShouldNotBeNull();
        (await client.DeleteAsync(new Uri($"{WebPaths.Api}/account/keys/{made.Row.Id}", UriKind.Relative), ct)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await script.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), ct)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var late = await client.PostJsonAsync($"{WebPaths.Api}/account/keys", new KeyRequest("late", [Scopes.RunsRead], TimeProvider.System.GetUtcNow().AddDays(-1)), ct);
        await late.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", ct);
    }

    [Theory]
    [InlineData("fv_unknown")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task A_key_that_does_not_exist_opens_nothing(string key)
    {
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", new AuthenticationHeaderValue("Bearer", key).ToString());

        using var answer = await client.GetAsync(new Uri(WebPaths.Runs, UriKind.Relative), TestContext.Current.CancellationToken);

        await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "sign-in-required", TestContext.Current.CancellationToken);
    }
}
