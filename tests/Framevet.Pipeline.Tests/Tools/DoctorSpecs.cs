using System.Globalization;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Tools;

/// <summary>Broken set-ups and what the doctor says about them; each fault comes with what to do.</summary>
public sealed class DoctorSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("7.1.5", true)]
    [InlineData("7.1.4", false)]
    [InlineData("7.1", false)]
    [InlineData("8.0.3", true)]
    [InlineData("8.0.2", false)]
    [InlineData("8.1.2", true)]
    [InlineData("8.1.1", false)]
    [InlineData("8.2", true)]
    [InlineData("9.0", true)]
    [InlineData("5.1.9", false)]
    [InlineData("7.0.9", false)]
    [InlineData(null, false)]
    public void Versions_of_ffmpeg_are_held_against_the_known_hole(string? version, bool isFixed)
    {
        var report = FfmpegFloor.Report(version is null ? null : Version.Parse(version));

        report.State.ShouldBe(isFixed ? ToolState.Ready : ToolState.Limited);
        (report.Fix is null).ShouldBe(isFixed);
        report.Detail.ShouldContain("CVE-2026-8461");
    }

    [Fact(Timeout = 60_000)]
    public async Task An_ffmpeg_that_is_too_old_or_a_development_build_is_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-ins are shell scripts");
        using var folder = new TemporaryFolder();

        var old = await CheckAsync(Script(folder, "old", "ffmpeg version 4.4.1 Copyright"));
        old.Single(r => r.Name == "ffmpeg").ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Broken), r => r.Fix.ShouldNotBeNull().ShouldContain("5.1"));
        old.Single(r => r.Name == "ffmpeg security").State.ShouldBe(ToolState.Limited);
        var build = await CheckAsync(Script(folder, "build", "ffmpeg version N-118000-gabcdef Copyright"));
        build.Single(r => r.Name == "ffmpeg").ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Broken), r => r.Detail.ShouldContain("decoder h264"));
        build.Single(r => r.Name == "ffmpeg security").Detail.ShouldContain("does not tell its version");
        var silent = await CheckAsync(Script(folder, "silent", "", code: 1));
        silent.Single(r => r.Name == "ffmpeg").ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Broken), r => r.Fix.ShouldNotBeNull());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_yt_dlp_that_is_old_or_not_there_is_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-ins are shell scripts");
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider();

        var gone = await new YtDlpHealth(Options.Create(new LinksOptions { YtDlpPath = "/no/such/yt-dlp" }), clock).CheckAsync(Ct);
        gone[0].ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Limited), r => r.Fix.ShouldNotBeNull().ShouldContain("pip install"));
        var old = await new YtDlpHealth(Options.Create(new LinksOptions { YtDlpPath = Script(folder, "yt-dlp", "2020.01.01") }), clock).CheckAsync(Ct);
        old[0].ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Limited), r => r.Fix.ShouldNotBeNull().ShouldContain("Update"));
    }

    [Fact]
    public void A_disk_that_is_nearly_full_or_cannot_be_read_is_told()
    {
        Doctor.Disk(new DiskStanding("/d", 90_000_000_000, 5_000_000_000, false)).ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Ready), r => r.Detail.ShouldContain("90000 MB"), r => r.Fix.ShouldBeNull());
        Doctor.Disk(new DiskStanding("/d", 1_000_000, 5_000_000_000, true)).ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Broken), r => r.Fix.ShouldNotBeNull().ShouldContain("Storage:ReserveMegabytes"));
        Doctor.Disk(new DiskStanding("/d", null, 0, false)).ShouldSatisfyAllConditions(r => r.State.ShouldBe(ToolState.Limited), r => r.Fix.ShouldNotBeNull());
    }

    [Theory]
    [InlineData(0, 0, -100, ToolState.Ready)]
    [InlineData(0, 30, -100, ToolState.Limited)]
    [InlineData(0, -30, -100, ToolState.Limited)]
    [InlineData(-400, 0, -100, ToolState.Broken)]
    public void A_clock_that_is_wrong_is_told(int days, int fileSeconds, int builtDays, ToolState state)
    {
        var now = Now.AddDays(days);

        var report = Doctor.Clock(now, now.AddSeconds(fileSeconds), Now.AddDays(builtDays));

        report.State.ShouldBe(state);
        (report.Fix is null).ShouldBe(state == ToolState.Ready);
    }

    private static async Task<ToolReport[]> CheckAsync(string ffmpeg) => [.. await new ToolCheck(Options.Create(new ToolOptions { FfmpegPath = ffmpeg }), TimeProvider.System).CheckAsync(Ct)];

    private static string Script(TemporaryFolder folder, string name, string says, int code = 0)
    {
        var path = folder.Write(name, System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"#!/bin/sh\necho '{says}'\nexit {code}\n")));
        if (OperatingSystem.IsWindows())
        {
            return path;
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
