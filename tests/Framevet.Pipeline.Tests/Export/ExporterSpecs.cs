using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

public sealed class ExporterSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _work = new();

    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_zip_holds_exactly_what_its_manifest_lists()
    {
        var request = await RequestAsync("flower-960x540.mp4");

        var file = await new ZipExporter(new ExportOptions(), _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), TestContext.Current.CancellationToken);

        file.Frames.ShouldBe(3);
        file.FileName.ShouldBe("my-holiday-frames.zip");
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.Path))).ShouldBe(file.Sha256);
        new FileInfo(file.Path).Length.ShouldBe(file.Bytes);
        using var zip = ZipFile.OpenRead(file.Path);
        using var manifest = JsonDocument.Parse(Read(zip, "manifest.json"));
        var files = manifest.RootElement.GetProperty("files").EnumerateArray().ToArray();
        zip.Entries.Select(e => e.Name).Order().ShouldBe(files.Select(f => f.GetProperty("name").GetString()!).Append("manifest.json").Append("frames.csv").Order());
        foreach (var entry in files)
        {
            var bytes = Read(zip, entry.GetProperty("name").GetString()!);
            bytes.LongLength.ShouldBe(entry.GetProperty("bytes").GetInt64());
            Convert.ToHexStringLower(SHA256.HashData(bytes)).ShouldBe(entry.GetProperty("sha256").GetString());
        }

        files.Select(f => f.GetProperty("rank").GetInt32()).ShouldBe([1, 2, 3]);
        files[0].GetProperty("name").GetString().ShouldBe("001_my-holiday_f000090_t0-00-03.003_q87.25.png");
        files[0].GetProperty("scores").TryGetProperty("broken", out _).ShouldBeFalse("an unknown score is left out, never 0");
        manifest.RootElement.GetProperty("sourceSha256").GetString().ShouldBe("ab12");
        manifest.RootElement.GetProperty("tools").EnumerateArray().Select(t => t.GetString()).ShouldContain(t => t!.StartsWith("ffmpeg version"));
        Directory.EnumerateFileSystemEntries(request.Folder).ShouldBe([file.Path]);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_table_is_safe_for_spreadsheets()
    {
        var request = await RequestAsync("flower-960x540.mp4");

        var folder = await new FolderExporter(new ExportOptions { Format = StillFormat.Jpeg }, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), TestContext.Current.CancellationToken);

        var lines = File.ReadAllLines(Path.Combine(folder.Path, "frames.csv"));
        lines[0].ShouldBe("rank,file,index,pts,time_base,seconds,reason,bytes,sha256,quality");
        lines[1].ShouldContain(",90,90090,1/30000,3.003,\"'=cmd|'' /C calc'!A0, \"\"best\"\"\",".Replace("''", "'", StringComparison.Ordinal));
        lines.Length.ShouldBe(4);
        Directory.EnumerateFiles(folder.Path, "*.jpg").Count().ShouldBe(3);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("flower-960x540.mp4", "{stem}_{frame}_{time}")]
    [InlineData("vfr-mixed-640x360.mp4", "")]
    public async Task Trap_10_the_name_of_a_file_alone_leads_back_to_its_pixels_in_the_source(string clip, string template)
    {
        var ct = TestContext.Current.CancellationToken;
        var request = await RequestAsync(clip);
        var frames = await ReferenceTools.FramesAsync(request.Media.File.Path, request.Media.StreamIndex, ct);

        var folder = await new FolderExporter(new ExportOptions { Names = template }, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), ct);

        var files = Directory.GetFiles(folder.Path, "*.png");
        files.Length.ShouldBe(3);
        foreach (var file in files)
        {
            // Number and time stand in the name, and both say the same frame.
            var parts = System.Text.RegularExpressions.Regex.Match(Path.GetFileName(file), @"my-holiday_f?(\d{6})_t?(\d+)-(\d\d)-(\d\d\.\d{3})").Groups;
            var index = int.Parse(parts[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            var seconds = (3600 * int.Parse(parts[2].Value, System.Globalization.CultureInfo.InvariantCulture)) + (60 * int.Parse(parts[3].Value, System.Globalization.CultureInfo.InvariantCulture))
                + double.Parse(parts[4].Value, System.Globalization.CultureInfo.InvariantCulture);
            var pts = new Pts(frames[index].Pts, request.Media.TimeBase);
            pts.Seconds.ShouldBe(seconds, 0.0015);
            var alone = _work.Write("alone.png", await _stack.Extractor.ExtractOneAsync(request.Media, pts, new StillOptions(), ct));
            (await PixelsAsync(file, ct)).ShouldBe(await PixelsAsync(alone, ct), Path.GetFileName(file));
        }
    }

    private static async Task<string> PixelsAsync(string picture, CancellationToken ct) =>
        Convert.ToHexStringLower(SHA256.HashData(await ReferenceTools.FfmpegAsync(["-i", picture, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], ct)));

    [Fact(Timeout = 60_000)]
    public async Task Exporting_twice_keeps_both()
    {
        var request = await RequestAsync("tiny-320x240.mp4");
        var exporter = new ZipExporter(new ExportOptions(), _stack.Extractor, TimeProvider.System);

        var first = await exporter.ExportAsync(request, new Progress<double>(), TestContext.Current.CancellationToken);
        var second = await exporter.ExportAsync(request, new Progress<double>(), TestContext.Current.CancellationToken);

        second.Path.ShouldNotBe(first.Path);
        File.Exists(first.Path).ShouldBeTrue();
    }

    [Fact(Timeout = 60_000)]
    public async Task Nothing_stays_behind_when_an_export_fails_or_is_cancelled()
    {
        var request = await RequestAsync("flower-960x540.mp4");
        var broken = request with { Picks = [request.Picks[0] with { Candidate = request.Picks[0].Candidate with { Pts = new Pts(5, request.Media.TimeBase) } }] };
        var exporter = new ZipExporter(new ExportOptions(), _stack.Extractor, TimeProvider.System);

        await Should.ThrowAsync<VettingException>(() => exporter.ExportAsync(broken, new Progress<double>(), TestContext.Current.CancellationToken));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
        await Should.ThrowAsync<OperationCanceledException>(() => exporter.ExportAsync(request, new Progress<double>(), stop.Token));

        Directory.EnumerateFileSystemEntries(request.Folder).ShouldBeEmpty();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", false, false, 800, 640, "rgb24")]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", true, false, 1138, 640, "rgb24")]
    [InlineData("rotated-90-bbb-1080p.mp4", false, false, 1080, 1920, "rgb24")]
    [InlineData("h264-10bit-360p.mp4", false, true, 640, 360, "rgb48be")]
    [InlineData("h264-10bit-360p.mp4", false, false, 640, 360, "rgb24")]
    [InlineData("tiny-320x240.mp4", false, true, 320, 240, "rgb24")]
    [InlineData("transparent-lizard.png", false, false, 320, 229, "rgba")]
    [InlineData("exif-orientation-6.jpg", false, false, 1800, 1200, "rgb24")]
    public async Task Stills_have_the_size_and_depth_asked_for(string name, bool square, bool deep, int width, int height, string format)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        var first = (await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct)).Select(f => f.Pts).FirstOrDefault();

        var png = _work.Write("a.png", await _stack.Extractor.ExtractOneAsync(media, new Pts(first, media.TimeBase), new StillOptions(SquarePixels: square, Deep: deep), ct));
        var jpeg = _work.Write("a.jpg", await _stack.Extractor.ExtractOneAsync(media, new Pts(first, media.TimeBase), new StillOptions(StillFormat.Jpeg, SquarePixels: square), ct));

        (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=width,height,pix_fmt", "-of", "csv=p=0", png], ct)).Trim().ShouldBe($"{width},{height},{format}");
        (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=width,height,pix_fmt", "-of", "csv=p=0", jpeg], ct)).Trim().ShouldBe($"{width},{height},yuvj420p");
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void Cells_are_escaped(string text, string cell) => FramesCsv.Cell(text).ShouldBe(cell);

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\x\\my holiday (1).mp4", "my-holiday-1")]
    [InlineData("äöü 日本.mov", "äöü-日本")]
    [InlineData("....mp4", "source")]
    [InlineData("", "source")]
    public void Stems_are_safe_file_names(string name, string stem) => FrameNames.Stem(name).ShouldBe(stem);

    [Fact]
    public void A_full_disk_is_told_before_anything_is_written() =>
        Should.Throw<VettingException>(() => DiskSpace.Require(DiskSpace.Free, _work.Folder, new DiskNeed(long.MaxValue / 2))).Code.ShouldBe(FailureCode.OutOfSpace);

    private async Task<ExportRequest> RequestAsync(string name)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(name), ct);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        int[] picks = frames.Length > 100 ? [90, 3, 120] : [20, 3, 10];
        return new ExportRequest(
            media,
            new ExportOrigin("run1", "my holiday.mp4", "ab12", "Best frames"),
            [.. picks.Select((index, i) => Pick(media, frames[index].Pts, index, i + 1))],
            Directory.CreateDirectory(Path.Combine(_work.Folder, "out")).FullName);
    }

    private static byte[] Read(ZipArchive zip, string name)
    {
        using var source = zip.GetEntry(name).ShouldNotBeNull(name).Open();
        using var copy = new MemoryStream();
        source.CopyTo(copy);
        return copy.ToArray();
    }

    private static Pick Pick(MediaInfo media, long pts, int index, int rank) => new(
        new Candidate(new Pts(pts, media.TimeBase), index, ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("quality", 87.25f), KeyValuePair.Create("broken", float.NaN)]), 0, null, []),
        rank,
        "=cmd|' /C calc'!A0, \"best\"");
}
