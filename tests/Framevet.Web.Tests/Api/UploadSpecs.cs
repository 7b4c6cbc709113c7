using System.Net;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>What can go wrong with an upload, and that the rest goes well.</summary>
public sealed class UploadSpecs(AppHost app) : IClassFixture<AppHost>
{
    [Fact]
    public async Task A_bad_file_does_not_hinder_a_good_one()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("mixed", [Roles.Submitter], ct);

        using var answer = await client.UploadAsync([await ApiRun.ClipAsync(clips, ct), clips.Write("notes.txt", "hello"u8), clips.Write("empty.mp4", [])], null, ct);
        var body = await answer.ReadAsync<SubmitBody>(ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        body.Runs.Single().SourceName.ShouldBe("clip2.mp4");
        body.Refused.Select(r => (r.SourceName, r.Type)).ShouldBe(
            [("notes.txt", "urn:framevet:unsupported-media"), ("empty.mp4", "urn:framevet:unsupported-media")], ignoreOrder: true);
        body.Refused.ShouldAllBe(r => r.Detail.Contains(r.SourceName, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_but_bad_files_is_a_problem_that_names_them()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("bad", [Roles.Submitter], ct);

        using var answer = await client.UploadAsync([clips.Write("notes.txt", "hello"u8)], null, ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media", ct)).ShouldContain("notes.txt");
    }

    [Theory]
    [InlineData("recipe", "no such recipe", "Best frames")]
    [InlineData("recipeJson", "{", "JSON")]
    [InlineData("priority", "9", "0 to 5")]
    public async Task A_bad_field_is_named_and_nothing_is_submitted(string field, string value, string named)
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync($"field-{field}", [Roles.Submitter], ct);

        using var answer = await client.UploadAsync([await ApiRun.ClipAsync(clips, ct)], new() { [field] = value }, ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", ct)).ShouldContain(named);
        (await client.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, ct)).Total.ShouldBe(0);
    }

    [Fact]
    public async Task Without_the_token_of_our_pages_the_cookie_submits_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("forged", [Roles.Submitter], ct);
        client.DefaultRequestHeaders.Remove(WebPaths.CsrfHeader);

        using var answer = await client.UploadAsync([await ApiRun.ClipAsync(clips, ct)], null, ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", ct)).ShouldContain(WebPaths.CsrfHeader);
    }

    [Fact]
    public async Task A_name_with_a_path_is_only_a_name()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("pathological", [Roles.Submitter], ct);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(await File.ReadAllBytesAsync(await ApiRun.ClipAsync(clips, ct), ct)), "files", "../../etc/passwd.mp4" },
        };

        using var answer = await client.PostAsync(new Uri(WebPaths.Runs, UriKind.Relative), form, ct);

        (await answer.ReadAsync<SubmitBody>(ct)).Runs.Single().SourceName.ShouldBe("passwd.mp4");
    }

    [Fact]
    public async Task What_is_no_multipart_is_told_so()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = await app.SignInAsync("plain", [Roles.Submitter], ct);

        using var answer = await client.PostJsonAsync(WebPaths.Runs, new { }, ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", ct)).ShouldContain("multipart");
    }

    [Fact]
    public async Task No_work_file_is_left_behind()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("tidy", [Roles.Submitter], ct);

        using var bad = await client.UploadAsync([clips.Write("notes.txt", "hello"u8), clips.Write("empty.mp4", [])], null, ct);

        Directory.EnumerateFiles(Path.Combine(app.Folder, "blobs", "work"), "*", SearchOption.AllDirectories)
            .Where(f => File.GetLastWriteTimeUtc(f) > DateTime.UnixEpoch && new FileInfo(f).Length < 10).ShouldBeEmpty();
    }
}
