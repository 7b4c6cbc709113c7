using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>Hardware decoding that fails, by a stand-in for ffmpeg that fails whenever hardware is asked for.</summary>
public sealed class HardwareSpecs : IDisposable
{
    private readonly ClipFactory _files = new();

    public static TheoryData<DecodePlan> Plans => [new DecodePlan.EveryFrame(), new DecodePlan.Interval(TimeSpan.FromMilliseconds(200)) { WithLast = true }, new DecodePlan.Keyframes(null)];

    public void Dispose() => _files.Dispose();

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Plans))]
    public async Task A_device_that_is_not_there_leaves_the_reading_to_software(DecodePlan plan)
    {
        const string Missing = """echo "[error] Device creation failed: -542398533." >&2; echo "[error] Device setup failed for decoder on input stream #0:0 : gone" >&2; exit 1""";

        var (expected, frames, last) = await CompareAsync(plan, "vaapi", Missing);

        frames.ShouldBe(expected);
        last.Notice.ShouldBe("Decoded in software: the hardware decoder vaapi failed (Device creation failed: -542398533).");
        last.Damaged.ShouldBe(0);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Plans))]
    public async Task A_device_that_fails_on_the_way_hands_over_to_software_behind_the_last_frame(DecodePlan plan)
    {
        const string Breaking = """for a in "$@"; do case "$a" in -hwaccel|vaapi) ;; pipe:1) set -- "$@" -frames:v 3 "$a" ;; *) set -- "$@" "$a" ;; esac; shift; done; "$real" "$@"; echo "[h264 @ 0x55d0c0ffee00] [error] hardware accelerator failed to decode picture" >&2; exit 1""";

        var (expected, frames, last) = await CompareAsync(plan, "vaapi", Breaking);

        frames.ShouldBe(expected);
        last.Notice.ShouldNotBeNull().ShouldStartWith("Decoded in software");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_decoder_that_ffmpeg_does_not_offer_is_named()
    {
        var (expected, frames, last) = await CompareAsync(new DecodePlan.EveryFrame(), "nosuch", "exit 1");

        frames.ShouldBe(expected);
        last.Notice.ShouldBe("Decoded in software: this ffmpeg does not offer the hardware decoder nosuch (it offers vaapi).");
    }

    [Fact]
    public void The_list_of_decoders_is_read() => HardwareList.Parse("Hardware acceleration methods:\nvdpau\ncuda\n\n").ShouldBe(["vdpau", "cuda"]);

    private async Task<(string[] Expected, string[] Frames, DecodeProgress Last)> CompareAsync(DecodePlan plan, string hardware, string failure)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        var ct = TestContext.Current.CancellationToken;
        var path = TestMedia.Path("tiny-320x240.mp4");
        using var plain = new MediaStack();
        var script = _files.Write("ffmpeg", System.Text.Encoding.UTF8.GetBytes(
            $"#!/bin/sh\nreal='{plain.Locator.Ffmpeg}'\ncase \" $* \" in\n  *' -hwaccels '*) printf 'Hardware acceleration methods:\\nvaapi\\n' ;;\n  *' -hwaccel '*) {failure} ;;\n  *) exec \"$real\" \"$@\" ;;\nesac\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var failing = new MediaStack(tools: new ToolOptions { FfmpegPath = script, HardwareDecode = hardware });
        var media = await plain.ProbeAsync(path, ct);
        var progress = new LastProgress();
        return (Told(await plain.ReadAsync(new DecodeRequest(media, plan, 64), ct)), Told(await failing.ReadAsync(new DecodeRequest(media, plan, 64), ct, progress)), progress.Last);
    }

    private static string[] Told(IEnumerable<KeptFrame> frames) => [.. frames.Select(f => $"{f.Index} {f.Pts} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(f.Pixels))}")];

    private sealed class LastProgress : IProgress<DecodeProgress>
    {
        public DecodeProgress Last { get; private set; }

        public void Report(DecodeProgress value) => Last = value;
    }
}
