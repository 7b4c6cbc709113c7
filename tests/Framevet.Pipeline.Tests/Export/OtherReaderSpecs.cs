using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Export;

/// <summary>What is written is read as programs of others read it: by such a program where there is one, else by the rules that the format publishes.</summary>
public sealed class OtherReaderSpecs : IDisposable
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
    public async Task The_run_lengths_of_coco_decode_to_the_mask_pixel_by_pixel()
    {
        // Four by four: a diagonal, so that rows and columns cannot be mixed up.
        byte[] cells = [255, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0];
        var made = await new CocoExporter(new DatasetOptions(), _stack.Extractor, TimeProvider.System).ExportAsync(await MadeRequest.OfThreeAsync(_stack, _work, FrameMask.From(cells, 4, 4), Ct), new Progress<double>(), Ct);

        using var zip = ZipFile.OpenRead(made.Path);
        using var coco = JsonDocument.Parse(zip.GetEntry("annotations.json").ShouldNotBeNull().Open());
        var annotation = coco.RootElement.GetProperty("annotations").EnumerateArray().Single(a => a.GetProperty("segmentation").ValueKind == JsonValueKind.Object);
        var segmentation = annotation.GetProperty("segmentation");
        int[] size = [.. segmentation.GetProperty("size").EnumerateArray().Select(v => v.GetInt32())];
        var mask = Decode([.. segmentation.GetProperty("counts").EnumerateArray().Select(v => v.GetInt32())], size[0], size[1]);

        size.ShouldBe([240, 320]);
        for (var y = 0; y < 240; y++)
        {
            for (var x = 0; x < 320; x++)
            {
                mask[y, x].ShouldBe(cells[(y / 60 * 4) + (x / 80)] == 255, $"pixel {x}, {y}");
            }
        }

        annotation.GetProperty("area").GetInt32().ShouldBe(mask.Cast<bool>().Count(on => on));
        annotation.GetProperty("bbox").EnumerateArray().Select(v => v.GetInt32()).ShouldBe([0, 0, 240, 240]);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_reader_in_another_language_finds_the_same_table_in_parquet()
    {
        var node = OtherProgram.Find("node", "FRAMEVET_NODE");
        var modules = Modules();
        Assert.SkipWhen(node is null || modules is null, "node and its package hyparquet are not here (npm ci).");
        var request = await MadeRequest.OfThreeAsync(_stack, _work, null, Ct);
        var made = await new ParquetExporter(new ListOptions()).ExportAsync(request, new Progress<double>(), Ct);
        const string Read = """
            const { asyncBufferFromFile, parquetReadObjects } = await import(process.argv[1]);
            const rows = await parquetReadObjects({ file: await asyncBufferFromFile(process.argv[2]) });
            console.log(JSON.stringify(rows, (_, v) => (typeof v === "bigint" ? v.toString() : v)));
            """;

        var (code, output) = await OtherProgram.RunAsync(node!, ["--input-type=module", "-e", Read, Path.Combine(modules!, "hyparquet", "src", "node.js"), made.Path], Ct);

        code.ShouldBe(0, output);
        using var rows = JsonDocument.Parse(output);
        var list = rows.RootElement.EnumerateArray().ToArray();
        list.Select(r => r.GetProperty("pts").GetString()).ShouldBe(request.Picks.Select(p => p.Candidate.Pts.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        list.Select(r => r.GetProperty("quality").GetDouble()).ShouldBe([87.25, 87.25, 87.25]);
        list.Select(r => r.GetProperty("stars").GetString()).ShouldBe(["4", null, null]);
        list.Select(r => r.GetProperty("tags").GetString()).ShouldBe(["beach", null, null]);
        list.Select(r => r.GetProperty("mark").GetString()).ShouldBe(["picked", "rejected", null]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Every_element_of_a_final_cut_project_stands_where_the_format_wants_it_with_what_it_demands()
    {
        // Of the published definition of version 1.8: what is used, its possible parents and the attributes it must have; ids and references.
        var rules = new Dictionary<string, (string[] Parents, string[] Demands)>
        {
            ["fcpxml"] = ([""], ["version"]),
            ["resources"] = (["fcpxml"], []),
            ["format"] = (["resources"], ["id"]),
            ["asset"] = (["resources"], ["id", "src"]),
            ["library"] = (["fcpxml"], []),
            ["event"] = (["library", "fcpxml"], []),
            ["project"] = (["event", "fcpxml"], []),
            ["sequence"] = (["project"], ["format"]),
            ["spine"] = (["sequence"], []),
            ["asset-clip"] = (["spine"], ["ref", "duration"]),
            ["marker"] = (["asset-clip"], ["start", "value"]),
        };
        var made = await new FcpxmlExporter().ExportAsync(await MadeRequest.OfThreeAsync(_stack, _work, null, Ct), new Progress<double>(), Ct);

        var project = XDocument.Load(made.Path);

        foreach (var element in project.Descendants())
        {
            var (parents, demands) = rules[element.Name.LocalName];
            parents.ShouldContain(element.Parent?.Name.LocalName ?? "");
            element.Attributes().Select(a => a.Name.LocalName).ShouldBeSubsetOf([.. demands, "name", "frameDuration", "width", "height", "start", "duration", "hasVideo", "format", "tcStart", "tcFormat", "offset", "note"]);
            demands.ShouldBeSubsetOf(element.Attributes().Select(a => a.Name.LocalName));
        }

        project.Root.ShouldNotBeNull().Elements().Select(e => e.Name.LocalName).ShouldBe(["resources", "library"], "in this order");
        var ids = project.Descendants().Select(e => e.Attribute("id")?.Value).OfType<string>().ToList();
        ids.ShouldBeUnique();
        project.Descendants().SelectMany(e => e.Attributes().Where(a => a.Name.LocalName is "ref" or "format")).Select(a => a.Value).ShouldBeSubsetOf(ids);
    }

    // As published with the format: lengths of runs down the columns, the first of them of what is not in the mask.
    private static bool[,] Decode(int[] counts, int height, int width)
    {
        var mask = new bool[height, width];
        var at = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            for (var n = 0; n < counts[i]; n++, at++)
            {
                mask[at % height, at / height] = i % 2 == 1;
            }
        }

        at.ShouldBe(height * width);
        return mask;
    }

    private static string? Modules()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "node_modules", "hyparquet")))
            {
                return Path.Combine(folder.FullName, "node_modules");
            }
        }

        return null;
    }
}
