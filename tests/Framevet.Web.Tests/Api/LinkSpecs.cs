using System.Net;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Links;
using Framevet.TestKit;
using Framevet.Web.Api;
using Framevet.Web.Tests.Hosting;
using static Framevet.Web.Tests.Api.LinkCalls;

namespace Framevet.Web.Tests.Api;

/// <summary>Links to media files become runs, or say in a sentence why not; nothing forbidden is reached.</summary>
public sealed class LinkSpecs(LinkHost app) : IClassFixture<LinkHost>
{
    private const int Timeout = 120_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Timeout)]
    public async Task A_link_to_a_media_file_is_fetched_and_becomes_a_run()
    {
        var bytes = Noise(300_000);
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File(bytes));
        using var client = await app.SubmitterAsync();

        var link = await FetchAsync(client, server.At("/films/a%20film.mp4").ToString());

        (link.State, link.Title).ShouldBe((LinkState.Done, "a film.mp4"));
        (await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{link.RunId}", Ct)).Sha256.ShouldBe(Hash(bytes));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_link_behind_redirects_takes_the_name_and_ending_of_the_answer()
    {
        var bytes = Noise(5000);
        await using var server = CountingServer.Start(path => path == "/d" ? LoopbackAnswer.To("/e") : new LoopbackAnswer(200,
            [("Content-Type", "video/webm"), ("Content-Disposition", "attachment; filename=\"../../my clip\"")], bytes));
        using var client = await app.SubmitterAsync();

        (await FetchAsync(client, server.At("/d").ToString())).Title.ShouldBe("my clip.webm");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_broken_download_goes_on_where_it_broke()
    {
        var bytes = Noise(400_000);
        await using var server = CountingServer.Start(_ => new LoopbackAnswer(200, [("Content-Type", "video/mp4"), ("ETag", "\"one\""), ("Content-Length", "400000")], bytes.AsMemory(0, 150_000)));
        await using var whole = CountingServer.Start(_ => new LoopbackAnswer(206, [("Content-Type", "video/mp4"), ("ETag", "\"one\""), ("Content-Range", "bytes 150000-399999/400000"), ("Content-Length", "250000")], bytes.AsMemory(150_000)));
        var calls = 0;
        await using var door = CountingServer.Start(_ => LoopbackAnswer.To((Interlocked.Increment(ref calls) == 1 ? server : whole).At("/f.mp4").ToString()));
        using var client = await app.SubmitterAsync();

        var link = await FetchAsync(client, door.At("/f.mp4").ToString());

        (await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{link.RunId}", Ct)).Sha256.ShouldBe(Hash(bytes));
        whole.Requests.Single().ShouldContain("Range: bytes=150000-");
        whole.Requests.Single().ShouldContain("If-Range: \"one\"");
    }

    [Theory(Timeout = Timeout)]
    [InlineData("text/html", "link to the media file itself")]
    [InlineData("application/vnd.apple.mpegurl", "not taken here")]
    public async Task A_page_or_a_list_of_streams_is_no_media_file(string type, string why)
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File("<html>"u8.ToArray(), type));
        using var client = await app.SubmitterAsync();

        var link = await FetchAsync(client, server.At("/page").ToString());

        (link.State, link.Failure).ShouldBe((LinkState.Failed, FailureCode.UnsupportedMedia));
        link.Reason.ShouldContain(why);
    }

    [Theory]
    [InlineData("http://127.0.0.66/a.mp4")]
    [InlineData("http://10.0.0.1/a.mp4")]
    [InlineData("http://[::1]/a.mp4")]
    [InlineData("http://0xA9FEA9FE/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.org/a.mp4")]
    public async Task A_link_to_a_forbidden_address_is_refused_at_once(string text)
    {
        using var client = await app.SubmitterAsync();

        using var answer = await client.PostJsonAsync(WebPaths.Links, new LinksWish([text]), Ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "source-refused", Ct)).ShouldContain(text);
        (await client.GetJsonAsync<LinkBody[]>(WebPaths.Links, Ct)).ShouldBeEmpty();
    }

    [Fact(Timeout = Timeout)]
    public async Task A_redirect_to_a_forbidden_address_fails_the_link_and_reaches_nothing()
    {
        await using var inside = CountingServer.Start(_ => LoopbackAnswer.File("secret"u8.ToArray()));
        await using var outside = CountingServer.Start(_ => LoopbackAnswer.To(inside.At("/", "127.0.0.66").ToString()));
        using var client = await app.SubmitterAsync();

        var link = await FetchAsync(client, outside.At("/a.mp4").ToString());

        (link.State, link.Failure, inside.Connections).ShouldBe((LinkState.Failed, FailureCode.SourceRefused, 0));
    }

    [Theory]
    [InlineData("--exec=touch /tmp/x")]
    [InlineData("-o /etc/passwd")]
    [InlineData("http://exa mple.org/ --exec")]
    [InlineData("javascript:alert(1)")]
    [InlineData("ytsearch:")]
    public async Task What_is_no_link_reaches_no_tool(string text)
    {
        using var client = await app.SubmitterAsync();

        using var answer = await client.PostJsonAsync(WebPaths.Links, new LinksWish([text]), Ct);

        ((int)answer.StatusCode).ShouldBeOneOf(400, 422);
    }

    [Fact]
    public async Task Too_many_links_at_once_are_refused_whole()
    {
        using var client = await app.SubmitterAsync();

        using var answer = await client.PostJsonAsync(WebPaths.Links, new LinksWish([.. Enumerable.Range(0, 51).Select(i => $"http://127.0.0.1/{i}.mp4")]), Ct);

        await answer.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", Ct);
        (await client.GetJsonAsync<LinkBody[]>(WebPaths.Links, Ct)).ShouldBeEmpty();
    }
}
