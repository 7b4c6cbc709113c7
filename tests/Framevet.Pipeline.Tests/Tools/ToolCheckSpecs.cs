using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Tools;

public sealed class ToolCheckSpecs
{
    [Fact(Timeout = 60_000)]
    public async Task Tools_of_this_machine_are_found_and_complete()
    {
        var reports = await CheckAsync(new ToolOptions());

        reports.Select(r => r.Name).ShouldBe(["ffmpeg", "ffmpeg security", "ffprobe", "libturbojpeg", "libsqlite3", "still formats", "tool sandbox"]);
        reports.ShouldAllBe(r => r.State == ToolState.Ready || r.State == ToolState.Limited);
        reports.Where(r => r.State == ToolState.Ready).ShouldAllBe(r => r.Fix == null);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_missing_tool_comes_with_what_to_do()
    {
        var reports = await CheckAsync(new ToolOptions { FfmpegPath = "no-such-ffmpeg", FfprobePath = "/no/such/ffprobe" });

        reports[0].State.ShouldBe(ToolState.Missing);
        reports[0].Fix.ShouldNotBeNull().ShouldContain("apt install ffmpeg");
        reports[1].State.ShouldBe(ToolState.Missing);
        reports[1].Detail.ShouldContain("/no/such/ffprobe");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_is_no_ffmpeg_is_broken()
    {
        var reports = await CheckAsync(new ToolOptions { FfmpegPath = ToolLocator.Find("true") ?? "true" });

        reports[0].State.ShouldBe(ToolState.Broken);
        reports[0].Detail.ShouldContain("lacks filter");
    }

    [Theory]
    [InlineData("ffmpeg version 5.1.9-0+deb12u1 Copyright", "5.1.9")]
    [InlineData("ffmpeg version n7.1 Copyright", "7.1")]
    [InlineData("ffmpeg version 8.0 Copyright", "8.0")]
    [InlineData("ffmpeg version N-118000-gabcdef Copyright", null)]
    public void Versions_are_read(string line, string? expected) => ToolCheck.ParseVersion(line)?.ToString().ShouldBe(expected);

    [Fact]
    public void A_missing_program_is_a_sentence()
    {
        var error = Should.Throw<VettingException>(() => new ToolLocator(Options.Create(new ToolOptions { FfmpegPath = "no-such-ffmpeg" })).Ffmpeg);

        error.Code.ShouldBe(FailureCode.ToolMissing);
        error.Message.ShouldContain("Tools:FfmpegPath");
    }

    private static async Task<ToolReport[]> CheckAsync(ToolOptions options) =>
        [.. await new ToolCheck(Options.Create(options), TimeProvider.System).CheckAsync(TestContext.Current.CancellationToken)];
}
