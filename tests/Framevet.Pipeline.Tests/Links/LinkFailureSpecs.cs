using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Links;

/// <summary>What yt-dlp says when it fails becomes a sentence that says what to do.</summary>
public sealed class LinkFailureSpecs
{
    private const int Timeout = 60_000;

    private static readonly string FakeTool = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Framevet.FakeTool.exe" : "Framevet.FakeTool");

    /// <summary>Lines as yt-dlp prints them, and the failure they mean.</summary>
    public static TheoryData<string, string> Known { get; } = new()
    {
        { "ERROR: [youtube] abc: Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies for the authentication.", "bot-check" },
        { "ERROR: [youtube] abc: Sign in to confirm your age. This video may be inappropriate for some users.", "age" },
        { "ERROR: [youtube] abc: Join this channel to get access to members-only content like this video, and other exclusive perks.", "members" },
        { "ERROR: [youtube] abc: Private video. Sign in if you've been granted access to this video", "private" },
        { "ERROR: [youtube] abc: This video is only available to Music Premium members", "premium" },
        { "ERROR: [youtube] abc: This video requires payment to watch.", "payment" },
        { "ERROR: [netflix] abc: The requested site is known to use DRM protection. It will NOT be supported.", "drm" },
        { "ERROR: [youtube] abc: The uploader has not made this video available in your country", "country" },
        { "ERROR: [youtube] abc: Video unavailable. This video contains content from SME, who has blocked it on copyright grounds", "copyright" },
        { "ERROR: [youtube] abc: This video is no longer available because the YouTube account associated with this video has been terminated.", "terminated" },
        { "ERROR: [youtube] abc: Video unavailable. This video has been removed by the uploader", "removed" },
        { "ERROR: [youtube] abc: This live event will begin in 3 hours.", "upcoming" },
        { "ERROR: [youtube] abc: Premieres in 2 days", "upcoming" },
        { "[download] A stream does not pass filter (!is_live), skipping ..", "live" },
        { "ERROR: [youtube] abc: This live stream recording is not available.", "recording" },
        { "[download] A film does not pass filter (duration<=?60), skipping ..", "filtered" },
        { "ERROR: [vimeo] 12: This video is only available for registered users. Login required", "premium" },
        { "ERROR: [facebook] 12: You need to log in to view this video. Use --cookies for the authentication", "login" },
        { "ERROR: '/x/cookies.txt' does not look like a Netscape format cookies file", "cookies-file" },
        { "ERROR: [youtube] abc: The provided YouTube account cookies are no longer valid. They have likely been rotated in the browser", "cookies-old" },
        { "ERROR: [youtube] abc: No supported JavaScript runtime could be found.", "js-runtime" },
        { "ERROR: [youtube] abc: nsig extraction failed: Some formats may be missing", "outdated" },
        { "ERROR: [vimeo] 12: Unable to extract info section; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues", "outdated" },
        { "ERROR: unable to download video data: HTTP Error 429: Too Many Requests", "rate" },
        { "ERROR: [generic] Unable to download webpage: Tunnel connection failed: 403 Forbidden", "wall" },
        { "ERROR: unable to download video data: HTTP Error 403: Forbidden", "forbidden" },
        { "ERROR: [youtube] abc: Video unavailable", "missing" },
        { "ERROR: [generic] Unable to download webpage: HTTP Error 404: Not Found", "missing" },
        { "ERROR: [vimeo] 12: Unable to download JSON metadata: HTTP Error 503: Service Unavailable", "server" },
        { "ERROR: Unsupported URL: https://example.org/", "unsupported" },
        { "ERROR: [youtube] abc: Requested format is not available. Use --list-formats for a list of available formats", "format" },
        { "[download] File is larger than max-filesize (9999999 bytes > 1000 bytes). Aborting.", "size" },
        { "ERROR: unable to write data: [Errno 28] No space left on device", "space" },
        { "ERROR: You have requested merging of multiple formats but ffmpeg is not installed. Aborting", "ffmpeg" },
        { "ERROR: [generic] Unable to download webpage: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed>", "certificate" },
        { "ERROR: [generic] Unable to download webpage: <urlopen error [Errno -2] Name or service not known>", "name" },
        { "ERROR: [youtube] abc: Unable to download API page: The read operation timed out", "timeout" },
        { "ERROR: [youtube:tab] PL1: YouTube said: The playlist does not exist.", "missing" },
    };

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Known))]
    public async Task A_known_failure_becomes_its_sentence(string words, string id)
    {
        using var folder = new TemporaryFolder();
        var failure = LinkFailures.All.Single(f => f.Id == id);
        var link = new LinkAddress($"http://127.0.0.1:1/fail/{Uri.EscapeDataString(words)}", new Uri("http://127.0.0.1:1/"), IsSite: true);

        var thrown = await Should.ThrowAsync<VettingException>(() => Tool().LookAsync(link, new LinkChoice(), folder.Path, null, TestContext.Current.CancellationToken));

        (thrown.Code, thrown.Message).ShouldBe((failure.Code, failure.Sentence));
        thrown.Detail!.ShouldContain("exit code: 1");
    }

    [Fact]
    public void Many_ways_to_fail_are_known_and_each_says_something_of_its_own()
    {
        Known.Select(k => k.Data.Item2).Distinct().Count().ShouldBeGreaterThanOrEqualTo(25);
        LinkFailures.All.Select(f => f.Sentence).ShouldBeUnique();
        LinkFailures.All.Select(f => f.Id).ShouldBeUnique();
        LinkFailures.All.ShouldAllBe(f => f.Sentence.EndsWith('.'));
    }

    [Fact(Timeout = Timeout)]
    public async Task An_unknown_failure_names_the_tool_and_keeps_its_words()
    {
        using var folder = new TemporaryFolder();
        var link = new LinkAddress("http://127.0.0.1:1/fail/ERROR%3A%20quux", new Uri("http://127.0.0.1:1/"), IsSite: true);

        var thrown = await Should.ThrowAsync<VettingException>(() => Tool().LookAsync(link, new LinkChoice(), folder.Path, null, TestContext.Current.CancellationToken));

        thrown.Code.ShouldBe(FailureCode.ToolFailed);
        thrown.Detail!.ShouldContain("quux");
    }

    private static YtDlp Tool()
    {
        var options = Microsoft.Extensions.Options.Options.Create(new LinksOptions { YtDlpPath = FakeTool });
        return new YtDlp(new YtDlpHealth(options, TimeProvider.System), options, new ToolLocator(Microsoft.Extensions.Options.Options.Create(new ToolOptions())),
            new OutboundWall(Microsoft.Extensions.Options.Options.Create(new OutboundOptions())), TimeProvider.System);
    }
}
