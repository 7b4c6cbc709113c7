using System.IO.Compression;
using System.Text.Json;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Cli;

public sealed class FolderCommandSpecs : IAsyncLifetime
{
    private readonly ClipFactory _clips = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Shots);
        int[] numbers = [10, 2, 1];
        for (var i = 0; i < 3; i++)
        {
            await _clips.MakeAsync($"shots/shot_{numbers[i]}.jpg", $"testsrc2=s={320 + (i * 64)}x180:r=1:d=10,hue=s=0", ["-ss", $"{i * 3}", "-frames:v", "1"], Ct);
        }
    }

    public ValueTask DisposeAsync()
    {
        _clips.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Shots => Path.Combine(_clips.Folder, "shots");

    [Fact]
    public async Task Score_reads_a_folder_as_one_source_with_that_sampler_and_as_so_many_files_without()
    {
        using var output = new TemporaryFolder();

        var one = await FramevetProgram.RunAsync(["score", Shots, "--sampler", "image-folder", "--metric", "brightness", "--out", output["one.jsonl"]], Ct);
        var many = await FramevetProgram.RunAsync(["score", Shots, "--metric", "brightness", "--out", output["many.jsonl"]], Ct);

        (one.Code, many.Code).ShouldBe((0, 0), one.Errors + many.Errors);
        var (together, apart) = (Rows(output["one.jsonl"]), Rows(output["many.jsonl"]));
        together.Select(r => r.GetProperty("seconds").GetDouble()).ShouldBe([0, 1, 2]);
        apart.ShouldAllBe(r => r.GetProperty("seconds").GetDouble() == 0);
        together.Select(r => r.GetProperty("fingerprint").GetString()).ShouldBe(apart.Select(r => r.GetProperty("fingerprint").GetString()), ignoreOrder: true);

        static JsonElement[] Rows(string path) => [.. File.ReadLines(path).Select(l => JsonElement.Parse(l))];
    }

    [Fact]
    public async Task A_folder_is_one_source_with_its_sampler_and_picks_carry_the_names_of_their_pictures()
    {
        using var output = new TemporaryFolder();

        var end = await FramevetProgram.RunAsync(["vet", Shots + "/", "--sampler", "image-folder", "--json", "--out", output.Path, "--fail-on", "never"], Ct);

        end.Code.ShouldBe(0, end.Errors);
        var report = end.Json.EnumerateArray().ShouldHaveSingleItem();
        report.GetProperty("media").GetProperty("kind").GetString().ShouldBe("folder");
        report.GetProperty("sha256").GetString()!.Length.ShouldBe(64);
        report.GetProperty("funnel").GetProperty("sampled").GetInt32().ShouldBe(3);
        report.GetProperty("picks").EnumerateArray().OrderBy(p => p.GetProperty("index").GetInt32()).Select(p => p.GetProperty("seconds").GetDouble()).ShouldBe([0, 1, 2]);
        var written = output.Files().Select(f => Path.GetFileName(f)!).ToArray();
        foreach (var stem in new[] { "shot_1", "shot_2", "shot_10" })
        {
            written.Count(f => f.Contains($"_{stem}_f", StringComparison.Ordinal)).ShouldBe(1, string.Join(' ', written));
        }
    }

    [Fact]
    public async Task Times_in_names_become_times_of_picks_and_a_bad_expression_is_bad_input()
    {
        var end = await VetAsync(new PartSpec("image-folder").With("timePattern", @"shot_(\d+)"), Shots);
        var bad = await VetAsync(new PartSpec("image-folder").With("timePattern", "shot_(\\d"), Shots);
        var wrong = await VetAsync(new PartSpec("image-folder").With("timePattern", "(sh)ot"), Shots);

        end.Json[0].GetProperty("picks").EnumerateArray().Select(p => p.GetProperty("seconds").GetDouble()).Order().ShouldBe([1, 2, 10]);
        (bad.Code, wrong.Code).ShouldBe((2, 2));
        bad.Errors.ShouldContain("timePattern");
        wrong.Errors.ShouldContain("shot_1.jpg");
    }

    [Fact]
    public async Task A_zip_of_pictures_is_one_source_with_any_sampler()
    {
        var zip = Path.Combine(_clips.Folder, "shots.zip");
        await ZipFile.CreateFromDirectoryAsync(Shots, zip, CompressionLevel.Fastest, includeBaseDirectory: true, Ct);

        var end = await FramevetProgram.RunAsync(["vet", zip, "--every", "2", "--json", "--fail-on", "never"], Ct);

        end.Code.ShouldBe(0, end.Errors);
        end.Json[0].GetProperty("media").GetProperty("container").GetString().ShouldBe("zip");
        end.Json[0].GetProperty("funnel").GetProperty("sampled").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Without_the_sampler_a_folder_still_stands_for_its_files()
    {
        var end = await FramevetProgram.RunAsync(["vet", Shots, "--json", "--fail-on", "never"], Ct);

        end.Json.GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task A_folder_sampler_on_a_clip_says_that_it_does_not_fit()
    {
        var clip = await _clips.MakeAsync("clip.mp4", "testsrc2=s=64x36:d=1", ["-pix_fmt", "yuv420p"], Ct);

        var end = await FramevetProgram.RunAsync(["vet", clip, "--sampler", "image-folder"], Ct);

        end.Code.ShouldBe(2);
        end.Errors.ShouldContain("clip.mp4 is no folder or zip of pictures");
    }

    [Fact]
    public async Task Keywords_in_subtitles_beside_a_clip_choose_its_frames()
    {
        var clip = await _clips.MakeAsync("talk.mp4", "testsrc2=s=64x36:r=10:d=6", ["-pix_fmt", "yuv420p"], Ct);
        _clips.Write("talk.srt", "1\n00:00:02,000 --> 00:00:03,500\nTwo dogs\n"u8);
        var sampler = new PartSpec("subtitle-keywords").With("keywords", "dog").With("seconds", 0.5);

        var end = await VetAsync(sampler, clip);
        var none = await VetAsync(sampler.With("keywords", "horse"), clip);

        end.Json[0].GetProperty("funnel").GetProperty("sampled").GetInt32().ShouldBe(3);
        end.Json[0].GetProperty("picks").EnumerateArray().Select(p => p.GetProperty("seconds").GetDouble()).ShouldAllBe(s => s >= 2 && s < 3.5);
        none.Code.ShouldBe(2);
        none.Errors.ShouldContain("holds 'horse'");
    }

    private async Task<ProgramEnd> VetAsync(PartSpec sampler, string path)
    {
        var recipe = BuiltInRecipes.All[0] with { Sampler = sampler, Gates = [] };
        var file = Path.Combine(_clips.Folder, "recipe.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(recipe, PipelineJson.Options), Ct);
        return await FramevetProgram.RunAsync(["vet", path, "--recipe", file, "--json", "--fail-on", "never"], Ct);
    }
}
