using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

/// <summary>What other programs load, read back by their rules.</summary>
public sealed class DatasetExporterSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _work = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Coco_holds_what_its_readers_demand()
    {
        var made = await new CocoExporter(new DatasetOptions(), _stack.Extractor, TimeProvider.System).ExportAsync(await RequestAsync(), new Progress<double>(), Ct);

        using var zip = ZipFile.OpenRead(made.Path);
        using var coco = JsonDocument.Parse(Read(zip, "annotations.json"));
        var images = coco.RootElement.GetProperty("images").EnumerateArray().ToDictionary(i => i.GetProperty("id").GetInt32());
        var categories = coco.RootElement.GetProperty("categories").EnumerateArray().ToDictionary(c => c.GetProperty("id").GetInt32(), c => c.GetProperty("name").GetString());
        images.Count.ShouldBe(3);
        categories.Values.Order().ShouldBe(["dog", "face"]);
        images.Values.ShouldAllBe(i => zip.GetEntry($"images/{i.GetProperty("file_name").GetString()}") != null && i.GetProperty("width").GetInt32() == 320 && i.GetProperty("height").GetInt32() == 240);
        var annotations = coco.RootElement.GetProperty("annotations").EnumerateArray().ToArray();
        annotations.Select(a => a.GetProperty("id").GetInt32()).ShouldBe(Enumerable.Range(1, annotations.Length), "ids are unique and begin with 1, as pycocotools wants them");
        foreach (var a in annotations)
        {
            var image = images[a.GetProperty("image_id").GetInt32()];
            categories.ShouldContainKey(a.GetProperty("category_id").GetInt32());
            var box = a.GetProperty("bbox").EnumerateArray().Select(v => v.GetDouble()).ToArray();
            box.Length.ShouldBe(4);
            (box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= image.GetProperty("width").GetInt32() && box[1] + box[3] <= image.GetProperty("height").GetInt32()).ShouldBeTrue("a box lies in its picture");
            a.GetProperty("area").GetDouble().ShouldBe(box[2] * box[3], 0.02);
            a.GetProperty("iscrowd").GetInt32().ShouldBe(0);
            a.GetProperty("segmentation").EnumerateArray().Single().EnumerateArray().Count().ShouldBe(8, "a polygon of four corners");
        }

        // The faint one and the one beyond the frame are out; the one that reaches over the edge is cut.
        annotations.Length.ShouldBe(2);
        annotations.Single(a => categories[a.GetProperty("category_id").GetInt32()] == "dog").GetProperty("bbox").EnumerateArray().Select(v => v.GetDouble()).ShouldBe([240, 180, 80, 60]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Coco_writes_the_mask_of_people_as_run_lengths_by_column()
    {
        // The left half of the lower half of the frame.
        var mask = FrameMask.From([0, 0, 255, 0], 2, 2);
        var made = await new CocoExporter(new DatasetOptions(), _stack.Extractor, TimeProvider.System).ExportAsync(await RequestAsync(mask), new Progress<double>(), Ct);
        var without = await new CocoExporter(new DatasetOptions { Masks = false }, _stack.Extractor, TimeProvider.System).ExportAsync(await RequestAsync(mask), new Progress<double>(), Ct);

        using var zip = ZipFile.OpenRead(made.Path);
        using var coco = JsonDocument.Parse(Read(zip, "annotations.json"));
        var person = coco.RootElement.GetProperty("categories").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "person").GetProperty("id").GetInt32();
        var a = coco.RootElement.GetProperty("annotations").EnumerateArray().Single(a => a.GetProperty("category_id").GetInt32() == person);
        a.GetProperty("iscrowd").GetInt32().ShouldBe(1, "the format's way for a group that is not told apart");
        a.GetProperty("bbox").EnumerateArray().Select(v => v.GetInt32()).ShouldBe([0, 120, 160, 120]);
        a.GetProperty("area").GetInt32().ShouldBe(160 * 120);
        a.GetProperty("segmentation").GetProperty("size").EnumerateArray().Select(v => v.GetInt32()).ShouldBe([240, 320], "height goes first");
        var counts = a.GetProperty("segmentation").GetProperty("counts").EnumerateArray().Select(v => v.GetInt32()).ToArray();
        counts.Sum().ShouldBe(320 * 240);
        counts.Where((_, i) => i % 2 == 1).ShouldAllBe(n => n == 120, "the lower half of each column");
        counts.Length.ShouldBe(321);
        using var bare = ZipFile.OpenRead(without.Path);
        Read(bare, "annotations.json").ShouldNotContain("\"person\",");
    }

    [Fact(Timeout = 120_000)]
    public async Task Yolo_has_a_text_for_each_picture_with_relative_centres()
    {
        var made = await new YoloExporter(new DatasetOptions(), _stack.Extractor, TimeProvider.System).ExportAsync(await RequestAsync(), new Progress<double>(), Ct);

        using var zip = ZipFile.OpenRead(made.Path);
        var images = zip.Entries.Where(e => e.FullName.StartsWith("images/", StringComparison.Ordinal)).Select(e => Path.GetFileNameWithoutExtension(e.Name)).ToArray();
        zip.Entries.Where(e => e.FullName.StartsWith("labels/", StringComparison.Ordinal)).Select(e => Path.GetFileNameWithoutExtension(e.Name)).Order().ShouldBe(images.Order());
        Read(zip, "classes.txt").ShouldBe("dog\nface\n");
        Read(zip, "data.yaml").ShouldContain("nc: 2\nnames:\n  0: 'dog'\n  1: 'face'\n");
        var lines = images.Select(i => Read(zip, $"labels/{i}.txt")).Where(t => t.Length > 0).ShouldHaveSingleItem().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(l => l.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray()).ShouldBe([[1, 0.5, 0.5, 0.25, 0.5], [0, 0.875, 0.875, 0.25, 0.25]]);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_fiftyone_dataset_names_the_type_of_every_field()
    {
        var made = await new FiftyOneExporter(new DatasetOptions { Format = DatasetFormat.Png }, _stack.Extractor, TimeProvider.System).ExportAsync(await RequestAsync(), new Progress<double>(), Ct);

        using var zip = ZipFile.OpenRead(made.Path);
        using var samples = JsonDocument.Parse(Read(zip, "samples.json"));
        using var metadata = JsonDocument.Parse(Read(zip, "metadata.json"));
        var fields = metadata.RootElement.GetProperty("sample_fields").EnumerateObject().Select(f => f.Name).ToHashSet();
        metadata.RootElement.TryGetProperty("version", out _).ShouldBeFalse("without a version any release reads it by its old rules");
        var list = samples.RootElement.GetProperty("samples").EnumerateArray().ToArray();
        list.Length.ShouldBe(3);
        foreach (var sample in list)
        {
            zip.GetEntry(sample.GetProperty("filepath").GetString()!).ShouldNotBeNull();
            sample.EnumerateObject().Select(p => p.Name).Except(["filepath", "tags", "metadata"]).ShouldBe(fields, ignoreOrder: true);
            sample.GetProperty("faces").GetProperty("_cls").GetString().ShouldBe("Detections");
        }

        list[0].GetProperty("tags").EnumerateArray().Select(t => t.GetString()).ShouldBe(["stars-4", "picked", "beach"]);
        list[0].GetProperty("quality").GetDouble().ShouldBe(87.25);
        list[0].GetProperty("faces").GetProperty("detections")[0].GetProperty("bounding_box").EnumerateArray().Select(v => v.GetDouble()).ShouldBe([0.375, 0.25, 0.25, 0.5]);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_edit_decision_list_has_one_event_and_one_marker_for_each_frame()
    {
        var request = await RequestAsync();

        var made = await new EdlExporter(new EdlOptions()).ExportAsync(request, new Progress<double>(), Ct);
        var resolve = await new EdlExporter(new EdlOptions { Markers = EdlMarkers.Resolve }).ExportAsync(request, new Progress<double>(), Ct);

        var text = await File.ReadAllTextAsync(made.Path, Ct);
        var events = System.Text.RegularExpressions.Regex.Matches(text, @"^(\d{3})  AX       V     C        (\d\d:\d\d:\d\d:\d\d) (\d\d:\d\d:\d\d:\d\d) \2 \3\r$", System.Text.RegularExpressions.RegexOptions.Multiline);
        events.Select(e => e.Groups[1].Value).ShouldBe(["001", "002", "003"]);
        var frames = events.Select(e => Frames(e.Groups[2].Value, request.Media)).ToArray();
        frames.ShouldBeInOrder();
        events.Select(e => Frames(e.Groups[3].Value, request.Media)).ShouldBe(frames.Select(f => f + 1));
        frames.ShouldBe([3, 6, 9], "timecodes of a film of constant rate are its frame numbers");
        text.Split("* LOC: ").Length.ShouldBe(4);
        (await File.ReadAllTextAsync(resolve.Path, Ct)).Split("|C:ResolveColorGreen |M:#").Length.ShouldBe(4);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_final_cut_project_has_a_marker_for_each_frame_in_whole_frames()
    {
        var request = await RequestAsync();

        var made = await new FcpxmlExporter().ExportAsync(request, new Progress<double>(), Ct);
        var cinema = await new FcpxmlExporter().ExportAsync(request with { Media = request.Media with { FrameRate = 24 } }, new Progress<double>(), Ct);

        var project = System.Xml.Linq.XDocument.Load(made.Path).Root.ShouldNotBeNull();
        var asset = project.Element("resources")!.Element("asset")!;
        var clip = project.Descendants("asset-clip").Single();
        clip.Attribute("ref")!.Value.ShouldBe(asset.Attribute("id")!.Value);
        asset.Attribute("format")!.Value.ShouldBe(project.Descendants("format").Single().Attribute("id")!.Value);
        project.Descendants("format").Single().Attribute("frameDuration")!.Value.ShouldBe("1001/30000s", "29.97 frames a second");
        clip.Elements("marker").Select(m => m.Attribute("start")!.Value).ShouldBe(["3003/30000s", "6006/30000s", "9009/30000s"]);
        clip.Elements("marker").First().Attribute("note")!.Value.ShouldStartWith($"PTS {request.Picks[2].Candidate.Pts.Value} in ");
        System.Xml.Linq.XDocument.Load(cinema.Path).Descendants("format").Single().Attribute("frameDuration")!.Value.ShouldBe("1/24s");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_parquet_table_is_read_by_a_library_that_others_wrote()
    {
        var request = await RequestAsync();

        var made = await new ParquetExporter(new ListOptions()).ExportAsync(request, new Progress<double>(), Ct);

        await using var stream = File.OpenRead(made.Path);
        await using var reader = await Parquet.ParquetReader.CreateAsync(stream, cancellationToken: Ct);
        var fields = reader.Schema.GetDataFields();
        fields.Select(f => f.Name).ShouldBe(["rank", "source", "pts", "time_base", "seconds", "timecode", "index", "verdict", "reason", "stars", "mark", "tags", "losses", "quality"]);
        using var rows = reader.OpenRowGroupReader(0);
        rows.RowCount.ShouldBe(3);
        (await NumbersAsync<long>("pts")).ShouldBe(request.Picks.Select(p => (long?)p.Candidate.Pts.Value));
        (await NumbersAsync<double>("quality")).ShouldBe([87.25, 87.25, 87.25]);
        (await NumbersAsync<long>("stars")).ShouldBe([4L, null, null]);
        (await TextsAsync("tags")).ShouldBe(["beach", null, null]);
        (await TextsAsync("mark")).ShouldBe(["picked", "rejected", null]);

        async Task<T?[]> NumbersAsync<T>(string name)
            where T : struct
        {
            var values = new T?[3];
            await rows.ReadAsync(fields.Single(f => f.Name == name), values.AsMemory(), null, Ct);
            return values;
        }

        async Task<string?[]> TextsAsync(string name)
        {
            var values = new string?[3];
            await rows.ReadAsync(fields.Single(f => f.Name == name), values.AsMemory()!, null, Ct);
            return values;
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_timeline_has_a_marker_for_each_frame_with_its_stamp()
    {
        var request = await RequestAsync();

        var made = await new OtioExporter().ExportAsync(request, new Progress<double>(), Ct);

        using var otio = JsonDocument.Parse(await File.ReadAllTextAsync(made.Path, Ct));
        otio.RootElement.GetProperty("OTIO_SCHEMA").GetString().ShouldBe("Timeline.1");
        var clip = otio.RootElement.GetProperty("tracks").GetProperty("children")[0].GetProperty("children")[0];
        clip.GetProperty("OTIO_SCHEMA").GetString().ShouldBe("Clip.1");
        var markers = clip.GetProperty("markers").EnumerateArray().ToArray();
        markers.Select(m => m.GetProperty("metadata").GetProperty("framevet").GetProperty("pts").GetInt64()).ShouldBe(request.Picks.Select(p => p.Candidate.Pts.Value).Order());
        markers.Select(m => m.GetProperty("marked_range").GetProperty("start_time").GetProperty("value").GetDouble()).ShouldBe([3, 6, 9]);
        var length = clip.GetProperty("source_range").GetProperty("duration").GetProperty("value").GetDouble();
        markers.ShouldAllBe(m => m.GetProperty("marked_range").GetProperty("start_time").GetProperty("value").GetDouble() < length);
    }

    [Fact(Timeout = 120_000)]
    public async Task Tables_hold_no_formula_and_lines_are_json()
    {
        var request = await RequestAsync();
        request = request with { Origin = request.Origin with { SourceName = "=cmd|' /C calc'!A0" } };

        var csv = await new CsvExporter(new ListOptions()).ExportAsync(request, new Progress<double>(), Ct);
        var jsonl = await new JsonlExporter(new ListOptions { Lines = ListLines.All }).ExportAsync(request with { Scored = [.. request.Picks.Select(p => p.Candidate)] }, new Progress<double>(), Ct);

        var rows = (await File.ReadAllTextAsync(csv.Path, Ct)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        rows.Length.ShouldBe(4);
        rows[0].ShouldStartWith("rank,source,pts,time_base,seconds,timecode,index,verdict,reason,stars,mark,tags,losses");
        rows[1].ShouldStartWith("1,'=cmd|");
        rows[1].ShouldContain(",4,picked,beach,");
        rows.Skip(1).SelectMany(r => r.Split(',')).ShouldAllBe(c => c.Length == 0 || !"=+@\t".Contains(c.TrimStart('"')[0]));
        File.ReadAllLines(jsonl.Path).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("pts").GetInt64()).ShouldBe(request.Picks.Select(p => p.Candidate.Pts.Value).Order());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_printed_sheet_is_a_document_whose_table_of_objects_is_true()
    {
        var made = await new ContactSheetExporter(new ContactSheetOptions { Format = SheetFormat.Pdf, Columns = 2, Rows = 1, Width = 800 }, _stack.Extractor, TimeProvider.System).ExportAsync(await RequestAsync(), new Progress<double>(), Ct);

        made.FileName.ShouldBe("clip-sheet.pdf");
        var bytes = await File.ReadAllBytesAsync(made.Path, Ct);
        var text = Encoding.Latin1.GetString(bytes);
        text.ShouldStartWith("%PDF-1.4\n");
        text.ShouldEndWith("%%EOF\n");
        var start = int.Parse(text[(text.LastIndexOf("startxref\n", StringComparison.Ordinal) + 10)..].Split('\n')[0], CultureInfo.InvariantCulture);
        var table = text[start..].Split('\n');
        table[0].ShouldBe("xref");
        var count = int.Parse(table[1].Split(' ')[1], CultureInfo.InvariantCulture);
        for (var i = 1; i < count; i++)
        {
            table[2 + i].Length.ShouldBe(19, "an entry has twenty bytes with its line break");
            text[int.Parse(table[2 + i].AsSpan(0, 10), CultureInfo.InvariantCulture)..].ShouldStartWith($"{i} 0 obj\n");
        }

        text.ShouldContain("/Type /Pages /Count 2 ");
        text.Split("/Filter /DCTDecode").Length.ShouldBe(3);
        text.ShouldContain("page 2 of 2");
        var exiftool = OtherProgram.Find("exiftool", "FRAMEVET_EXIFTOOL");
        Assert.SkipWhen(exiftool is null, "exiftool is not installed; the rest held.");
        (await OtherProgram.RunAsync(exiftool!, ["-PageCount", "-Title", "-s3", made.Path], Ct)).Output.ReplaceLineEndings("\n").ShouldBe("2\nclip.mp4\n");
    }

    [Theory(Timeout = 120_000)]
    [InlineData(StillFormat.Png, XmpPlace.Embedded)]
    [InlineData(StillFormat.Jpeg, XmpPlace.Embedded)]
    [InlineData(StillFormat.Jpeg, XmpPlace.NameXmp)]
    [InlineData(StillFormat.Jpeg, XmpPlace.NameExtXmp)]
    public async Task Other_programs_read_the_stars_colour_and_words_of_curators(StillFormat format, XmpPlace place)
    {
        var made = await new FolderExporter(new ExportOptions { Format = format, Xmp = place, Names = "{rank}" }, _stack.Extractor, TimeProvider.System).ExportAsync(await RequestAsync(), new Progress<double>(), Ct);

        string Name(int rank) => Path.Combine(made.Path, place switch { XmpPlace.NameXmp => $"{rank:000}.xmp", XmpPlace.NameExtXmp => $"{rank:000}.jpg.xmp", _ => $"{rank:000}{(format == StillFormat.Png ? ".png" : ".jpg")}" });
        File.Exists(Name(1)).ShouldBeTrue();
        var exiftool = OtherProgram.Find("exiftool", "FRAMEVET_EXIFTOOL");
        Assert.SkipWhen(exiftool is null, "exiftool is not installed; that the files are there held.");
        (await OtherProgram.RunAsync(exiftool!, ["-XMP-xmp:Rating", "-XMP-xmp:Label", "-XMP-dc:Subject", "-s3", Name(1)], Ct)).Output.ReplaceLineEndings("\n").ShouldBe("4\nPurple\nframevet, Best frames, beach\n");
        (await OtherProgram.RunAsync(exiftool!, ["-XMP-xmp:Rating", "-s3", Name(2)], Ct)).Output.Trim().ShouldBe("-1", "rejected by a curator");
        (await OtherProgram.RunAsync(exiftool!, ["-XMP-xmp:Rating", "-s3", Name(3)], Ct)).Output.Trim().ShouldBe("4", "nobody rated it: from its score");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_lossless_still_has_the_pixels_of_the_source_and_a_smaller_one_has_its_size()
    {
        var request = await RequestAsync();

        var made = await new FolderExporter(new ExportOptions { Names = "{rank}" }, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), Ct);
        var small = await new FolderExporter(new ExportOptions { Names = "{rank}", MaxSide = 100, Crops = "1:1" }, _stack.Extractor, TimeProvider.System).ExportAsync(request, new Progress<double>(), Ct);

        foreach (var pick in request.Picks)
        {
            var index = pick.Candidate.Index.ToString(CultureInfo.InvariantCulture);
            var source = await PixelsAsync(["-i", request.Media.File.Path, "-vf", $"select=eq(n\\,{index})", "-frames:v", "1"]);
            (await PixelsAsync(["-i", Path.Combine(made.Path, $"{pick.Rank:000}.png")])).ShouldBe(source);
        }

        (await SizeAsync(Path.Combine(small.Path, "001.png"))).ShouldBe("100,75");
        (await SizeAsync(Directory.EnumerateFiles(small.Path, "001_*.png").Single())).ShouldBe("75,75");
    }

    private static async Task<string> SizeAsync(string path) => (await ReferenceTools.FfprobeAsync(["-show_entries", "stream=width,height", "-of", "csv=p=0", path], Ct)).Trim();

    private static async Task<string> PixelsAsync(string[] input) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await ReferenceTools.FfmpegAsync([.. input, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"], Ct)));

    private static long Frames(string timecode, MediaInfo media)
    {
        var parts = timecode.Split(':').Select(p => long.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        return (((((parts[0] * 60) + parts[1]) * 60) + parts[2]) * (long)Math.Round(media.FrameRate!.Value)) + parts[3];
    }

    private static string Read(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name).ShouldNotBeNull().Open());
        return reader.ReadToEnd();
    }

    private Task<ExportRequest> RequestAsync(FrameMask? mask = null) => MadeRequest.OfThreeAsync(_stack, _work, mask, Ct);
}
