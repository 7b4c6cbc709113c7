using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Links;
using Framevet.TestKit;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>A server that takes loopback for outside, one address of it for forbidden, and one for a site that a stand-in for yt-dlp reads.</summary>
public sealed class LinkHost : AppHost
{
    /// <summary>Host of the site.</summary>
    public const string Site = "127.0.0.5";

    protected override ImmutableDictionary<string, string> Settings => base.Settings
        .Add("Outbound:AllowAddresses:0", "127.0.0.0/8").Add("Outbound:DenyAddresses:0", "127.0.0.66/32").Add("Outbound:AllowPorts:0", "0").Add("Outbound:StallSeconds", "20")
        .Add("Links:Sites:0", Site).Add("Links:Extractors:0", "youtube").Add("Links:MaxPlaylist", "10").Add("Links:MaxOpen", "50")
        .Add("Links:YtDlpPath", Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Framevet.FakeTool.exe" : "Framevet.FakeTool"));
}

/// <summary>Links become runs, or say in a sentence why not; nothing forbidden is reached.</summary>
public sealed class LinkSpecs(LinkHost app) : IClassFixture<LinkHost>
{
    private const int Timeout = 120_000;
    private static int _port = 20000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Timeout)]
    public async Task A_link_to_a_media_file_is_fetched_and_becomes_a_run()
    {
        var bytes = Noise(300_000);
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File(bytes));
        using var client = await SignInAsync();

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
        using var client = await SignInAsync();

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
        using var client = await SignInAsync();

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
        using var client = await SignInAsync();

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
        using var client = await SignInAsync();

        using var answer = await client.PostJsonAsync(WebPaths.Links, new LinksWish([text]), Ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "source-refused", Ct)).ShouldContain(text);
        (await client.GetJsonAsync<LinkBody[]>(WebPaths.Links, Ct)).ShouldBeEmpty();
    }

    [Fact(Timeout = Timeout)]
    public async Task A_redirect_to_a_forbidden_address_fails_the_link_and_reaches_nothing()
    {
        await using var inside = CountingServer.Start(_ => LoopbackAnswer.File("secret"u8.ToArray()));
        await using var outside = CountingServer.Start(_ => LoopbackAnswer.To(inside.At("/", "127.0.0.66").ToString()));
        using var client = await SignInAsync();

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
        using var client = await SignInAsync();

        using var answer = await client.PostJsonAsync(WebPaths.Links, new LinksWish([text]), Ct);

        ((int)answer.StatusCode).ShouldBeOneOf(400, 422);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_video_of_a_site_is_fetched_with_a_bounded_command_line()
    {
        using var client = await SignInAsync();
        var (site, args) = SiteLink("/video/one");

        var link = await FetchAsync(client, site, new LinkChoice { MaxHeight = 480, Codec = LinkCodec.Vp9, Subtitles = "en", MinSeconds = 5, Title = "my film" });

        (link.State, link.Title).ShouldBe((LinkState.Done, "A film  one.mp4"));
        var line = await File.ReadAllLinesAsync(args, Ct);
        line[Array.IndexOf(line, "--") + 1].ShouldBe(site);
        line.ShouldContain("--ignore-config");
        After(line, "--use-extractors").ShouldBe("youtube");
        After(line, "--proxy").ShouldStartWith("http://framevet:");
        After(line, "--format").ShouldBe("bv*[height<=?480]+ba/b[height<=?480]/wv*+ba/w");
        After(line, "--format-sort").ShouldBe("res:480,vcodec:vp9");
        After(line, "--match-filters").ShouldBe("!is_live & duration>=?5 & title~='(?i)my film'");
        After(line, "--sub-langs").ShouldBe("en.*,en");
        line.ShouldNotContain("--cookies");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_search_and_bounds_of_date_reach_the_tool_as_such()
    {
        using var client = await SignInAsync();
        var (site, args) = SiteLink("/video/dated");
        await FetchAsync(client, site, new LinkChoice { After = new DateOnly(2024, 1, 2), Before = new DateOnly(2025, 3, 4), MaxSeconds = 90 });
        var line = await File.ReadAllLinesAsync(args, Ct);
        var options = app.Services.GetRequiredService<LinkDesk>().Options;
        var wall = app.Services.GetRequiredService<Framevet.Pipeline.Outbound.OutboundWall>();

        After(line, "--dateafter").ShouldBe("20240102");
        After(line, "--datebefore").ShouldBe("20250304");
        After(line, "--match-filters").ShouldBe("!is_live & duration<=?90");
        LinkAddress.Parse("ytsearch7: red balloon", new LinkChoice(), options, wall).Text.ShouldBe("ytsearch7:red balloon");
        LinkAddress.Parse("ytsearch999:--exec rm", new LinkChoice { MaxItems = 5 }, options, wall).ShouldBe(new LinkAddress("ytsearch5:--exec rm", null, IsSite: true));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_playlist_becomes_as_many_links_as_allowed_and_each_a_run()
    {
        using var client = await SignInAsync();
        var (site, _) = SiteLink("/list/7");
        var choice = new LinkChoice { MaxItems = 3, WholePlaylist = true };

        var look = await client.PostJsonAsync<LinkLook>($"{WebPaths.Links}/look", new LinkQuestion(site, choice), Ct);
        var list = await FetchAsync(client, site, choice);
        var all = await WaitAsync(client, links => links.Length == 4 && links.All(IsOver));

        (look.Title, look.Count, look.Items.Length).ShouldBe(("A list", 7, 3));
        list.RunId.ShouldBeNull();
        list.Reason.ShouldContain("3 videos");
        all.Where(l => l.ParentId == list.Id).Select(l => l.Title).Order().ShouldBe(["Video 1.mp4", "Video 2.mp4", "Video 3.mp4"]);
        all.Where(l => l.ParentId == list.Id).ShouldAllBe(l => l.State == LinkState.Done && l.RunId != null);
    }

    [Fact(Timeout = Timeout)]
    public async Task What_was_fetched_before_is_not_fetched_again()
    {
        using var client = await SignInAsync();
        using var other = await SignInAsync();
        var (site, args) = SiteLink("/video/cached");
        var first = await FetchAsync(client, site);
        File.Delete(args);

        var second = await FetchAsync(other, site);

        File.Exists(args).ShouldBeFalse("yt-dlp was asked to fetch it again");
        second.Reason.ShouldContain("already");
        var one = await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{first.RunId}", Ct);
        (await other.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{second.RunId}", Ct)).Sha256.ShouldBe(one.Sha256);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_failure_is_told_in_a_sentence_and_can_be_tried_again()
    {
        using var client = await SignInAsync();
        var (site, _) = SiteLink($"/fail/{Uri.EscapeDataString("ERROR: [youtube] x: Private video. Sign in if you've been granted access")}");

        var link = await FetchAsync(client, site);
        using var again = await client.PostJsonAsync($"{WebPaths.Links}/{link.Id}/retry", null, Ct);
        var after = await WaitAsync(client, links => links.All(IsOver));

        link.Reason.ShouldContain("private");
        again.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        after.Single().State.ShouldBe(LinkState.Failed);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_live_broadcast_is_refused()
    {
        using var client = await SignInAsync();

        (await FetchAsync(client, SiteLink("/live/1").Link)).Reason.ShouldContain("live broadcast");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_fetch_shows_its_progress_and_is_stopped_by_its_owner_only()
    {
        using var client = await SignInAsync();
        using var stranger = await SignInAsync();
        using var submitted = await client.PostJsonAsync(WebPaths.Links, new LinksWish([SiteLink("/hang/1").Link]), Ct);
        var running = (await WaitAsync(client, links => links.Any(l => l.Share > 0))).Single();

        using var not = await stranger.PostJsonAsync($"{WebPaths.Links}/{running.Id}/cancel", null, Ct);
        using var yes = await client.PostJsonAsync($"{WebPaths.Links}/{running.Id}/cancel", null, Ct);
        var after = (await WaitAsync(client, links => links.All(IsOver))).Single();

        running.Share.ShouldBe(0.5);
        not.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (yes.StatusCode, after.State, after.RunId).ShouldBe((HttpStatusCode.NoContent, LinkState.Cancelled, null));
    }

    [Fact(Timeout = Timeout)]
    public async Task Cookies_are_stored_encrypted_go_to_the_tool_of_their_owner_only_and_are_never_shown()
    {
        const string secret = "hush-hush-hush";
        using var client = await SignInAsync();
        using var other = await SignInAsync();
        var cookies = $"# Netscape HTTP Cookie File\n{LinkHost.Site}\tFALSE\t/\tTRUE\t2000000000\tSID\t{secret}\n.elsewhere.example\tTRUE\t/\tTRUE\t0\tX\tother-secret\n";

        using var saved = await client.PutAsync(new Uri($"{WebPaths.Links}/cookies", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(new CookieText(cookies), options: PipelineJson.Options), Ct);
        var (mine, myArgs) = SiteLink("/video/mine");
        var (theirs, theirArgs) = SiteLink("/video/theirs");
        await FetchAsync(client, mine);
        await FetchAsync(other, theirs);
        using var note = await client.GetAsync(new Uri($"{WebPaths.Links}/cookies", UriKind.Relative), Ct);

        saved.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await File.ReadAllTextAsync(myArgs, Ct)).ShouldContain(secret);
        (await File.ReadAllTextAsync(myArgs, Ct)).ShouldNotContain("other-secret");
        (await File.ReadAllTextAsync(theirArgs, Ct)).ShouldNotContain(secret);
        (await note.Content.ReadAsStringAsync(Ct)).ShouldContain(LinkHost.Site);
        (await note.Content.ReadAsStringAsync(Ct)).ShouldNotContain(secret);
        Directory.EnumerateFiles(Path.Combine(app.Folder, "blobs", "work"), "cookies.txt", SearchOption.AllDirectories).ShouldBeEmpty();
        foreach (var file in Directory.EnumerateFiles(app.Folder).Where(f => Path.GetFileName(f) != "server.lock"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, Ct);
            memory.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)).ShouldBe(-1, Path.GetFileName(file));
        }
    }

    [Theory]
    [InlineData("not a cookie")]
    [InlineData("127.0.0.5\tFALSE\t/\tTRUE\tsoon\tSID\tx")]
    [InlineData(".elsewhere.example\tTRUE\t/\tTRUE\t0\tX\ty")]
    public void Cookies_that_are_none_or_for_no_site_of_ours_are_refused(string text) =>
        Should.Throw<VettingException>(() => CookieSheet.Parse(text, app.Services.GetRequiredService<LinkDesk>().Options)).Code.ShouldBe(FailureCode.InvalidRequest);

    [Fact]
    public async Task Too_many_links_at_once_are_refused_whole()
    {
        using var client = await SignInAsync();

        using var answer = await client.PostJsonAsync(WebPaths.Links, new LinksWish([.. Enumerable.Range(0, 51).Select(i => $"http://127.0.0.1/{i}.mp4")]), Ct);

        await answer.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", Ct);
        (await client.GetJsonAsync<LinkBody[]>(WebPaths.Links, Ct)).ShouldBeEmpty();
    }

    private async Task<HttpClient> SignInAsync() => await app.SignInAsync($"link-{Guid.NewGuid():N}", [Roles.Submitter], Ct);

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(bytes).NextBytes(noise);
        return noise;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A link to the site, and where the stand-in writes its command line.</summary>
    private static (string Link, string Args) SiteLink(string path)
    {
        var port = Interlocked.Increment(ref _port);
        return ($"http://{LinkHost.Site}:{port}{path}", Path.Combine(Path.GetTempPath(), $"fake-yt-dlp-{port}.txt"));
    }

    private static string After(string[] line, string option) => line[Array.IndexOf(line, option) + 1];

    private static bool IsOver(LinkBody link) => link.State is not (LinkState.Waiting or LinkState.Fetching);

    private static async Task<LinkBody> FetchAsync(HttpClient client, string link, LinkChoice? choice = null)
    {
        var id = (await client.PostJsonAsync<LinkBody[]>(WebPaths.Links, new LinksWish([link], choice), Ct)).Single().Id;
        return (await WaitAsync(client, links => links.Any(l => l.Id == id && IsOver(l)))).Single(l => l.Id == id);
    }

    private static async Task<LinkBody[]> WaitAsync(HttpClient client, Func<LinkBody[], bool> until)
    {
        while (true)
        {
            var links = await client.GetJsonAsync<LinkBody[]>(WebPaths.Links, Ct);
            if (until(links))
            {
                return links;
            }

            await Task.Delay(50, Ct);
        }
    }
}
