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
