using System.Collections.Immutable;
using System.Net;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Web.Api;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static Framevet.Web.Tests.Api.LinkCalls;

namespace Framevet.Web.Tests.Api;

/// <summary>Links to sites go through yt-dlp (a stand-in here) with a bounded command line, each with the cookies of its owner.</summary>
public sealed class SiteLinkSpecs(LinkHost app) : IClassFixture<LinkHost>
{
    private const int Timeout = 120_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Timeout)]
    public async Task A_video_of_a_site_is_fetched_with_a_bounded_command_line()
    {
        using var client = await app.SubmitterAsync();
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
        using var client = await app.SubmitterAsync();
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
        using var client = await app.SubmitterAsync();
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
        using var client = await app.SubmitterAsync();
        using var other = await app.SubmitterAsync();
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
        using var client = await app.SubmitterAsync();
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
        using var client = await app.SubmitterAsync();

        (await FetchAsync(client, SiteLink("/live/1").Link)).Reason.ShouldContain("live broadcast");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_fetch_shows_its_progress_and_is_stopped_by_its_owner_only()
    {
        using var client = await app.SubmitterAsync();
        using var stranger = await app.SubmitterAsync();
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
        using var client = await app.SubmitterAsync();
        using var other = await app.SubmitterAsync();
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

    private static string After(string[] line, string option) => line[Array.IndexOf(line, option) + 1];
}
