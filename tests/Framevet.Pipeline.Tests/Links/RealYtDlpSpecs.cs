using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Links;

/// <summary>The real yt-dlp, where it is installed, against pages on loopback: it fetches what it may and reaches nothing else.</summary>
public sealed class RealYtDlpSpecs
{
    private const int Timeout = 120_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Timeout)]
    public async Task A_video_on_a_page_is_fetched_through_the_proxy()
    {
        using var clips = new ClipFactory();
        using var folder = new TemporaryFolder();
        var film = await File.ReadAllBytesAsync(await clips.MakeAsync("film.mp4", "testsrc2=s=320x240:r=10:d=2", ["-pix_fmt", "yuv420p"], Ct), Ct);
        await using var server = CountingServer.Start(path => path == "/film.mp4" ? LoopbackAnswer.File(film) : Page("/film.mp4"));
        var shares = new List<double?>();

        var path = await Tool().FetchAsync(Link(server.At("/page")), new LinkChoice(), folder.Path, null, 1 << 26, new Shares(shares), Ct);

        (await File.ReadAllBytesAsync(path, Ct)).ShouldBe(film);
        shares.ShouldContain(1.0);
        server.Requests.ShouldAllBe(r => !r.Contains("Proxy-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_fetch_into_the_folder_of_an_interrupted_one_goes_on_where_that_ended()
    {
        using var folder = new TemporaryFolder();
        await using var files = await FileServer.StartAsync(Ct);
        var served = files.Serve("film.mp4", await File.ReadAllBytesAsync(TestMedia.Path("person-dog-720p.mp4"), Ct));
        await using var pages = CountingServer.Start(_ => Page(served.Address.ToString()));
        served.Breaks.Enqueue(700_000);
        served.Gate = new TaskCompletionSource().Task;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct))
        {
            var first = Tool().FetchAsync(Link(pages.At("/page")), new LinkChoice(), folder.Path, null, 1 << 26, new Shares([]), stop.Token);
            while (!folder.Files().Any(f => f.EndsWith(".part", StringComparison.Ordinal) && new FileInfo(folder[f]).Length > 100_000))
            {
                await Task.Delay(50, Ct);
            }

            await stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => first);
        }

        var before = served.Requests.Count;
        served.Gate = Task.CompletedTask;
        var path = await Tool().FetchAsync(Link(pages.At("/page")), new LinkChoice(), folder.Path, null, 1 << 26, new Shares([]), Ct);

        (await File.ReadAllBytesAsync(path, Ct)).ShouldBe(served.Content);
        served.Requests.Skip(before).ShouldContain(r => r.Range.StartsWith("bytes=", StringComparison.Ordinal) && !r.Range.StartsWith("bytes=0-", StringComparison.Ordinal));
    }

    [Fact(Timeout = Timeout)]
    public async Task Subtitles_of_a_page_come_inside_the_file_and_are_read_from_there()
    {
        using var clips = new ClipFactory();
        using var folder = new TemporaryFolder();
        using var stack = new MediaStack();
        var film = await File.ReadAllBytesAsync(await clips.MakeAsync("film.mp4", "testsrc2=s=320x240:r=10:d=4", ["-pix_fmt", "yuv420p"], Ct), Ct);
        await using var server = CountingServer.Start(path => path switch
        {
            "/film.mp4" => LoopbackAnswer.File(film),
            "/en.vtt" => LoopbackAnswer.File("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nthe red balloon\n"u8.ToArray(), "text/vtt"),
            _ => LoopbackAnswer.File("<!DOCTYPE html><html><head><title>A page</title></head><body><video src=\"/film.mp4\"><track kind=\"subtitles\" srclang=\"en\" src=\"/en.vtt\"></video></body></html>"u8.ToArray(), "text/html"),
        });

        var path = await Tool().FetchAsync(Link(server.At("/page")), new LinkChoice { Subtitles = "en" }, folder.Path, null, 1 << 26, new Shares([]), Ct);

        var media = await stack.ProbeAsync(path, Ct);
        var reader = new Framevet.Pipeline.Subtitles.SubtitleReader(stack.Locator, Options(new ToolOptions()), Options(new Framevet.Pipeline.Probe.MediaLimits()), TimeProvider.System);
        var track = await reader.ReadAsync(media, Framevet.Pipeline.Subtitles.SubtitleSource.Embedded, "en", Ct);
        track.Cues.Single().Text.ShouldContain("red balloon");
        track.Cues.Single().Start.TotalSeconds.ShouldBe(1, 0.2);
    }

    [Theory(Timeout = Timeout)]
    [InlineData("redirect")]
    [InlineData("embedded")]
    [InlineData("playlist")]
    public async Task A_page_that_leads_inside_leads_nowhere(string how)
    {
        using var folder = new TemporaryFolder();
        await using var inside = CountingServer.Start(_ => LoopbackAnswer.File("secret"u8.ToArray()));
        var target = inside.At("/film.mp4", "127.0.0.66").ToString();
        await using var outside = CountingServer.Start(path => (how, path) switch
        {
            ("redirect", _) => LoopbackAnswer.To(target),
            ("playlist", "/list.m3u8") => LoopbackAnswer.File(System.Text.Encoding.UTF8.GetBytes($"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n"), "application/vnd.apple.mpegurl"),
            ("playlist", _) => Page("/list.m3u8"),
            _ => Page(target),
        });

        await Should.ThrowAsync<VettingException>(() => Tool().FetchAsync(Link(outside.At("/page")), new LinkChoice(), folder.Path, null, 1 << 26, new Shares([]), Ct));

        inside.Connections.ShouldBe(0);
        outside.Connections.ShouldBeGreaterThan(0);
    }

    [Fact(Timeout = Timeout)]
    public async Task Without_the_general_extractor_no_other_page_is_read()
    {
        using var folder = new TemporaryFolder();
        await using var server = CountingServer.Start(_ => Page("/film.mp4"));

        (await Should.ThrowAsync<VettingException>(() => Tool("youtube").LookAsync(Link(server.At("/page")), new LinkChoice(), folder.Path, null, Ct))).Code.ShouldBe(FailureCode.SourceRefused);

        server.Connections.ShouldBe(0);
    }

    [Fact(Timeout = Timeout)]
    public async Task The_doctor_says_what_is_installed_and_how_old_it_is()
    {
        Assert.SkipWhen(ToolLocator.Find("yt-dlp") is null, "yt-dlp is not installed.");

        var reports = await new YtDlpHealth(Options(new LinksOptions()), TimeProvider.System).CheckAsync(Ct);

        reports.Select(r => r.Name).ShouldBe(["yt-dlp", "JavaScript for yt-dlp"]);
        reports[0].Detail.ShouldContain("version 20");
        reports.Where(r => r.State != ToolState.Ready).ShouldAllBe(r => r.Fix != null);
    }

    [Fact]
    public async Task The_doctor_says_how_to_install_what_is_missing()
    {
        var reports = await new YtDlpHealth(Options(new LinksOptions { YtDlpPath = "/nowhere/yt-dlp" }), TimeProvider.System).CheckAsync(Ct);

        (reports.Single().State, reports.Single().Fix!.Contains("pip install", StringComparison.Ordinal)).ShouldBe((ToolState.Limited, true));
    }

    private static LoopbackAnswer Page(string video) =>
        LoopbackAnswer.File(System.Text.Encoding.UTF8.GetBytes($"<!DOCTYPE html><html><head><title>A page</title></head><body><video src=\"{video}\" controls></video></body></html>"), "text/html");

    private static LinkAddress Link(Uri url) => new(url.AbsoluteUri, url, IsSite: true);

    private static YtDlp Tool(string extractors = "generic,html5")
    {
        Assert.SkipWhen(ToolLocator.Find("yt-dlp") is null, "yt-dlp is not installed.");
        var options = Options(new LinksOptions { Extractors = [extractors] });
        var outbound = new OutboundOptions { AllowAddresses = ["127.0.0.0/8"], DenyAddresses = ["127.0.0.66/32"], AllowPorts = [0] };
        return new YtDlp(new YtDlpHealth(options, TimeProvider.System), options, new ToolLocator(Options(new ToolOptions())), new OutboundWall(Options(outbound)), TimeProvider.System);
    }

    private static Microsoft.Extensions.Options.IOptions<T> Options<T>(T value)
        where T : class => Microsoft.Extensions.Options.Options.Create(value);

    private sealed class Shares(List<double?> seen) : IProgress<double?>
    {
        public void Report(double? value) => seen.Add(value);
    }
}
