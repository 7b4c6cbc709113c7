using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Export;

public sealed class OtherExporterSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _work = new();

    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Trap_09_crops_lie_beside_their_stills_with_the_pixels_of_the_place_that_the_manifest_names()
    {
        var ct = TestContext.Current.CancellationToken;
        var request = await RequestAsync("tiny-320x240.mp4", 2);
        request = request with { Subjects = ImmutableDictionary<Pts, CropBox>.Empty.Add(request.Picks[0].Candidate.Pts, new CropBox(200, 20, 60, 60)) };

        var made = await new FolderExporter(new ExportOptions { Crops = "1:1, 9:16" }, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), ct);

        made.Frames.ShouldBe(2);
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(made.Path, "manifest.json")));
        var names = new List<string> { "manifest.json", "frames.csv" };
        foreach (var file in manifest.RootElement.GetProperty("files").EnumerateArray())
        {
            var name = file.GetProperty("name").GetString()!;
            names.Add(name);
            var crops = file.GetProperty("crops").EnumerateArray().ToArray();
            crops.Select(c => c.GetProperty("aspect").GetString()).ShouldBe(["1:1", "9:16"]);
            foreach (var crop in crops)
            {
                var (x, y, w, h) = (crop.GetProperty("x").GetInt32(), crop.GetProperty("y").GetInt32(), crop.GetProperty("width").GetInt32(), crop.GetProperty("height").GetInt32());
                names.Add(crop.GetProperty("name").GetString()!);
                var part = await PixelsAsync(["-i", Path.Combine(made.Path, names[^1])], ct);
                part.ShouldBe(await PixelsAsync(["-i", Path.Combine(made.Path, name), "-vf", $"crop={w}:{h}:{x}:{y}:exact=1"], ct));
            }
        }

        Directory.EnumerateFiles(made.Path).Select(f => Path.GetFileName(f)!).Order().ShouldBe(names.Order());
        var first = manifest.RootElement.GetProperty("files")[0].GetProperty("crops")[0];
        (first.GetProperty("x").GetInt32(), first.GetProperty("width").GetInt32()).ShouldBe((191, 78), "around the subject, with padding");
        manifest.RootElement.GetProperty("files")[1].GetProperty("crops")[0].GetProperty("x").GetInt32().ShouldBe(40, "in the middle");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_folder_holds_stars_lines_and_names_as_asked()
    {
        var ct = TestContext.Current.CancellationToken;
        var request = await RequestAsync("tiny-320x240.mp4", 3);
        request = request with { Scored = [.. request.Picks.Select(p => p.Candidate), request.Picks[0].Candidate with { Pts = new Pts(999_999_999, request.Media.TimeBase), Losses = [new Loss(LossStage.Gating, "threshold", "Too dark.")] }] };
        var options = new ExportOptions { Format = StillFormat.Jpeg, Names = "same", Xmp = XmpPlace.NameExtXmp, Lines = FrameLines.All };

        var made = await new FolderExporter(options, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), ct);

        Directory.EnumerateFiles(made.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)
            .ShouldBe(["frames.csv", "frames.jsonl", "manifest.json", "same-2.jpg", "same-2.jpg.xmp", "same-3.jpg", "same-3.jpg.xmp", "same.jpg", "same.jpg.xmp"]);
        XmpSpecs.Description(File.ReadAllBytes(Path.Combine(made.Path, "same.jpg.xmp"))).Elements().First(e => e.Name.LocalName == "Rating").Value.ShouldBe("4");
        var lines = File.ReadAllLines(Path.Combine(made.Path, "frames.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        lines.Length.ShouldBe(4);
        lines.Select(l => l.GetProperty("pts").GetInt64()).ShouldBeInOrder();
        lines[^1].GetProperty("file").ValueKind.ShouldBe(JsonValueKind.Null);
        lines[^1].GetProperty("losses")[0].GetString().ShouldBe("Too dark.");
        lines.Count(l => l.GetProperty("rank").ValueKind == JsonValueKind.Number).ShouldBe(3);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(StillFormat.Png)]
    [InlineData(StillFormat.Jpeg)]
    [InlineData(StillFormat.WebP)]
    public async Task Stills_carry_their_source_inside_by_default(StillFormat format)
    {
        var request = await RequestAsync("tiny-320x240.mp4", 1);

        var made = await new FolderExporter(new ExportOptions { Format = format }, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), TestContext.Current.CancellationToken);

        var still = Directory.EnumerateFiles(made.Path).Single(f => Path.GetExtension(f) is ".png" or ".jpg" or ".webp");
        XmpSpecs.Description(XmpSpecs.Extract(File.ReadAllBytes(still), format)).Element(XmpPacket.Own + "SourceSha256")!.Value.ShouldBe("ab12");
    }

    [Theory(Timeout = 60_000)]
    [InlineData(SheetFormat.Jpeg, 3, 0, "clip-sheet.jpg")]
    [InlineData(SheetFormat.Png, 3, 0, "clip-sheet.png")]
    [InlineData(SheetFormat.Jpeg, 2, 1, "clip-sheet.zip")]
    public async Task A_contact_sheet_shows_all_picks(SheetFormat format, int columns, int rows, string name)
    {
        var ct = TestContext.Current.CancellationToken;
        var request = await RequestAsync("tiny-320x240.mp4", 5);

        var made = await new ContactSheetExporter(new ContactSheetOptions { Format = format, Columns = columns, Rows = rows, Width = 800 }, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), ct);

        made.FileName.ShouldBe(name);
        made.Frames.ShouldBe(5);
        Directory.EnumerateFileSystemEntries(request.Folder).ShouldBe([made.Path]);
        if (rows > 0)
        {
            using var zip = ZipFile.OpenRead(made.Path);
            zip.Entries.Select(e => e.Name).ShouldBe(["page-01.jpg", "page-02.jpg", "page-03.jpg"]);
        }
        else
        {
            (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=width,height", "-of", "csv=p=0", made.Path], ct)).Trim().ShouldStartWith("800,");
        }
    }

    [Fact]
    public void A_caption_is_drawn_below_its_picture_and_every_character_of_the_font_differs()
    {
        var picture = new RgbImage(180, 100, [.. Enumerable.Repeat((byte)128, 180 * 100 * 3)]);

        var page = ContactSheet.Draw(new ContactSheetOptions { Columns = 1, Width = 200 }, [(picture, "#1  0:00:03.003  Q87.3")]);

        var bright = Enumerable.Range(0, page.Width * page.Height).Where(i => page.Pixels[i * 3] == 230).Select(i => i / page.Width).ToArray();
        bright.Length.ShouldBeGreaterThan(100);
        bright.Min().ShouldBeGreaterThanOrEqualTo(8 + 100);
        const string Characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.:-#%/()";
        Characters.Select(c => string.Join('|', Enumerable.Range(0, 7).Select(r => BitmapFont.Bits(c, r)))).Distinct().Count().ShouldBe(Characters.Length);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(AnimationFormat.Gif, "clip-animation.gif")]
    [InlineData(AnimationFormat.WebP, "clip-animation.webp")]
    public async Task An_animation_plays_the_picks_in_the_order_of_time(AnimationFormat format, string name)
    {
        var ct = TestContext.Current.CancellationToken;
        var request = await RequestAsync("tiny-320x240.mp4", 4);

        var made = await new AnimationExporter(new AnimationOptions { Format = format, FrameMilliseconds = 250, MaxSide = 160 }, _stack.Extractor).ExportAsync(request, new Progress<double>(), ct);

        made.FileName.ShouldBe(name);
        if (format == AnimationFormat.Gif)
        {
            var frames = await ReferenceTools.FramesAsync(made.Path, 0, ct);
            frames.Select(f => f.Pts).ShouldBe([0, 25, 50, 75]);
            (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=width,height", "-of", "csv=p=0", made.Path], ct)).Trim().ShouldBe("160,120");
        }
        else
        {
            // This ffmpeg writes animated WebP but does not read it: the container tells the frames.
            var bytes = File.ReadAllBytes(made.Path);
            System.Text.Encoding.Latin1.GetString(bytes).Split("ANMF").Length.ShouldBe(5);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_dry_run_names_exactly_the_files_that_the_export_then_writes_and_writes_none()
    {
        var ct = TestContext.Current.CancellationToken;
        var request = await RequestAsync("tiny-320x240.mp4", 3);
        var exporter = new FolderExporter(new ExportOptions { Crops = "1:1", Xmp = XmpPlace.NameXmp, Lines = FrameLines.Picks }, _stack.Extractor, TimeProvider.System);

        var plan = (await exporter.ExportAsync(request with { IsDryRun = true, Folder = Path.Combine(request.Folder, "not", "there") }, new Progress<double>(), ct)).Plan.ShouldNotBeNull();

        Directory.EnumerateFileSystemEntries(request.Folder).ShouldBeEmpty();
        plan.Fits.ShouldBeTrue();
        plan.Bytes.ShouldBeGreaterThan(0);
        var made = await exporter.ExportAsync(request, new Progress<double>(), ct);
        made.Plan.ShouldBeNull();
        plan.Names.Order().ShouldBe(Directory.EnumerateFiles(made.Path).Select(f => Path.GetFileName(f)!).Order());
    }

    [Fact(Timeout = 60_000)]
    public async Task An_export_is_refused_when_files_copies_and_margin_do_not_fit()
    {
        var ct = TestContext.Current.CancellationToken;
        var request = await RequestAsync("tiny-320x240.mp4", 3);
        var need = DiskSpace.Of(request.Media, 3, new ExportOptions { MarginMegabytes = 1 }, isPacked: true);
        need.Temporary.ShouldBe(need.Final, "stills and zip lie side by side");

        var error = await Should.ThrowAsync<VettingException>(() => Zip(need.Total - 1).ExportAsync(request, new Progress<double>(), ct));

        error.Code.ShouldBe(FailureCode.OutOfSpace);
        error.Message.ShouldContain("1 MB for the files, 1 MB for a while beside them, 2 MB that stay free");
        Directory.EnumerateFileSystemEntries(request.Folder).ShouldBeEmpty();
        (await Zip(1_000_000_000_000).ExportAsync(request, new Progress<double>(), ct)).Frames.ShouldBe(3);

        ZipExporter Zip(long free) => new(new ExportOptions { MarginMegabytes = 1 }, Extractor(free), TimeProvider.System);
    }

    [Fact]
    public void Options_written_before_there_were_more_are_still_read()
    {
        var old = JsonSerializer.Deserialize<ExportOptions>("""{"format":"jpeg","quality":80,"squarePixels":true,"deep":false}""", PipelineJson.Options);

        old.ShouldBe(new ExportOptions { Format = StillFormat.Jpeg, Quality = 80, SquarePixels = true });
    }

    private FrameExtractor Extractor(long free) =>
        new(_stack.Pool, _stack.Locator, new JpegCodec(), Options.Create(new ToolOptions()), Options.Create(new MediaLimits()), TimeProvider.System) { FreeBytes = _ => free };

    private async Task<ExportRequest> RequestAsync(string clip, int count)
    {
        var ct = TestContext.Current.CancellationToken;
        var media = await _stack.ProbeAsync(TestMedia.Path(clip), ct);
        var frames = await ReferenceTools.FramesAsync(media.File.Path, media.StreamIndex, ct);
        return new ExportRequest(
            media,
            new ExportOrigin("run1", "clip.mp4", "ab12", "Best frames"),
            [.. Enumerable.Range(0, count).Select(i => Pick(media, frames[(count - i) * 3].Pts, (count - i) * 3, i + 1))],
            Directory.CreateDirectory(Path.Combine(_work.Folder, "out")).FullName);
    }

    private static Task<byte[]> PixelsAsync(string[] input, CancellationToken ct) => ReferenceTools.FfmpegAsync([.. input, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"], ct);

    private static Pick Pick(MediaInfo media, long pts, int index, int rank) =>
        new(new Candidate(new Pts(pts, media.TimeBase), index, ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("quality", 87.25f)]), 0, null, []), rank, "Good.");
}
