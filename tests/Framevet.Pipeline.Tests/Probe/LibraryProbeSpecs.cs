using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Probe;

/// <summary>The probe in this process says what ffprobe says.</summary>
public sealed class LibraryProbeSpecs : IDisposable
{
    private readonly MediaStack _program = new();
    private readonly MediaStack _library = new(tools: new ToolOptions { Engine = DecodeEngine.Library });

    public void Dispose()
    {
        _program.Dispose();
        _library.Dispose();
    }

    [Fact]
    public async Task Both_probes_tell_the_same_of_every_file()
    {
        Assert.SkipUnless(Libav.IsAvailable, "Needs libavformat, libavcodec and libavutil in a known version.");
        var folder = TestMedia.Folder;
        Assert.SkipWhen(folder is null, "Set FRAMEVET_TEST_MEDIA to the folder of test clips.");
        var served = 0;
        foreach (var path in Directory.EnumerateFiles(folder!).Order(StringComparer.Ordinal))
        {
            var expected = await Told(_program, path);

            (await Told(_library, path)).ShouldBe(expected, path);
            served += IsServed(path) ? 1 : 0;
        }

        served.ShouldBeGreaterThan(15);
    }

    [Theory]
    [InlineData("rotated-90-bbb-1080p.mp4")]
    [InlineData("hdr10-av1-portrait-720x1280.mp4")]
    [InlineData("audio-only.mp4")]
    [InlineData("truncated-no-moov.mp4")]
    [InlineData("photo-leopard.jpg")]
    public void What_is_not_plain_is_left_to_the_program(string name)
    {
        Assert.SkipUnless(Libav.IsAvailable, "Needs libavformat, libavcodec and libavutil in a known version.");

        IsServed(TestMedia.Path(name)).ShouldBeFalse();
    }

    private static async Task<string> Told(MediaStack stack, string path)
    {
        try
        {
            return (await stack.ProbeAsync(path, TestContext.Current.CancellationToken)).ToString();
        }
        catch (VettingException trouble)
        {
            return $"{trouble.Code}: {trouble.Message}";
        }
    }

    private static bool IsServed(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return LibraryProbe.Read(new SourceFile(path, Path.GetFileName(path), stream.Length), MediaHeader.Read(stream, path), new MediaLimits()) is not null;
        }
        catch (VettingException)
        {
            return false;
        }
    }
}
