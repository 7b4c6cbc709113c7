using System.Text.RegularExpressions;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tests.Flow;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Segments;

/// <summary>A run that several workers measure ends with the rows of one that a single worker measured: numbers, thumbnails, scenes, verdicts, picks, counts.</summary>
public sealed partial class SharedRunSpecs : IDisposable
{
    private const string Film = "testsrc2=s=192x108:r=25:d=12,hue=h=40*floor(t/1.7)";

    private readonly ClipFactory _clips = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _clips.Dispose();

    [Theory(Timeout = 120_000)]
    [InlineData("vp9-10bit-240p.webm", "every scenes", 1, false)]
    [InlineData("street-cars-768x432.mp4", "keyframe", 5, true)]
    [InlineData("all-intra-480p.mkv", "interval adaptive", 0.7, true)]
    [InlineData("bbb-480p-30s.mp4", "every scenes", 6, true)]
    [InlineData("bbb-480p-30s.mp4", "interval adaptive", 3, true)]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", "every", 0.5, true)]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", "nth", 1, true)]
    [InlineData("street-cars-768x432.mp4", "dense", 9, true)]
    [InlineData("vfr-screen-3026x1386.mp4", "interval", 2, true)]
    [InlineData("all-intra-480p.mkv", "every adaptive", 0.7, true)]
    [InlineData("alpha-vp9-200x200.webm", "interval", 1, true)]
    public async Task A_real_film_in_parts_has_the_rows_of_the_whole(string name, string recipe, double partSeconds, bool isLong)
    {
        LongTests.Only(isLong, "One of many films and recipes.");
        await CompareAsync(TestMedia.Path(name), recipe, partSeconds);
        if (isLong)
        {
            await CompareAsync(TestMedia.Path(name), recipe, partSeconds, engine: DecodeEngine.Library);
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("edited.mp4", "nth", 2, false)]
    [InlineData("closed.mp4", "interval scenes", 1, true)]
    [InlineData("ten-bit.mp4", "wide", 2, true)]
    [InlineData("closed.mp4", "every scenes", 1, true)]
    [InlineData("closed.mp4", "nth scenes", 2, true)]
    [InlineData("closed.mp4", "keyframe gap", 2, true)]
    [InlineData("closed.mp4", "dense scenes", 2, true)]
    [InlineData("edited.mp4", "interval scenes", 2, true)]
    [InlineData("empty-edit.mp4", "interval", 2, true)]
    [InlineData("vfr.mkv", "interval scenes", 2, true)]
    [InlineData("hevc.mp4", "every", 2, true)]
    [InlineData("ten-bit.mp4", "interval scenes", 2, true)]
    [InlineData("ten-bit.mp4", "nth", 2, true)]
    [InlineData("rotated.mp4", "every adaptive", 2, true)]
    [InlineData("fades.mp4", "every adaptive", 1, true)]
    [InlineData("flashes.mp4", "every scenes", 1, true)]
    public async Task A_made_film_in_parts_has_the_rows_of_the_whole(string name, string recipe, double partSeconds, bool isLong)
    {
        LongTests.Only(isLong, "One of many films and recipes.");
        var film = await MadeAsync(name);
        await CompareAsync(film, recipe, partSeconds, engine: DecodeEngine.Library);
        if (isLong)
        {
            await CompareAsync(film, recipe, partSeconds);
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("open-gop.mkv", "interval", "no keyframe in it with which decoding could begin afresh", false)]
    [InlineData("closed.mp4", "hash", "the sampler 'hash-buffer' chooses frames by those that it saw before", false)]
    [InlineData("open-gop-hevc.mp4", "interval", "no keyframe in it with which decoding could begin afresh", true)]
    [InlineData("stream.ts", "interval", "MP4 and Matroska files only", true)]
    [InlineData("closed.mp4", "scene sampler", "the sampler 'scene' chooses frames by those that it saw before", true)]
    [InlineData("closed.mp4", "ranges", "looks at stretches of the film only", true)]
    public async Task What_cannot_be_shared_is_measured_by_one_worker_and_says_why(string name, string recipe, string why, bool isLong)
    {
        LongTests.Only(isLong, "One of many reasons.");
        await using var shared = new SharedRig(2);

        var (_, rows, log) = await shared.VetAsync(await MadeAsync(name), Recipe(recipe), Ct);

        rows.Length.ShouldBeGreaterThan(4);
        log.ShouldContain("Measured by one worker: ");
        log.ShouldContain(why);
        shared.Segments.Runs.ShouldBeEmpty();
    }

    [Theory(Timeout = 120_000)]
    [InlineData("interval", true)]
    [InlineData("every scenes", true)]
    [InlineData("nth", true)]
    public async Task Damage_ends_in_the_rows_of_the_whole(string recipe, bool isLong)
    {
        LongTests.Only(isLong, "The same for other recipes.");
        var path = await MadeAsync("closed.mp4");
        var bytes = await File.ReadAllBytesAsync(path, Ct);

        // In the middle of the pictures of the second and of a later part.
        foreach (var at in new[] { 0.3, 0.7 })
        {
            bytes.AsSpan((int)(bytes.Length * at), 700).Fill(0x5A);
        }

        await CompareAsync(_clips.Write("damaged.mp4", bytes), recipe, 2, isDamaged: true);
    }

    private static async Task CompareAsync(string film, string recipe, double partSeconds, bool isDamaged = false, DecodeEngine engine = DecodeEngine.Pipe)
    {
        await using var calm = new FlowRig(isReal: true, change: services => services.AddSingleton(Options.Create(new ToolOptions { Engine = engine })));
        var first = await calm.SubmitFileAsync(film, Recipe(recipe), Ct);
        (await calm.Desk.WorkAsync(first.Id, Ct)).ShouldBe(RunOutcome.Completed);
        var (_, expected, _) = await SharedRig.OutcomeAsync(calm, first.Id, Ct);
        await using var shared = new SharedRig(partSeconds, engine: engine);

        var (run, rows, log) = await shared.VetAsync(film, Recipe(recipe), Ct);

        rows.Length.ShouldBe(expected.Length, log);
        for (var i = 0; i < rows.Length; i++)
        {
            // What a decoder with several threads makes of damaged pictures, and how often it complains, differs from run to run.
            Told(rows[i]).ShouldBe(Told(expected[i]), log);
        }

        log.ShouldContain("Measured in ");
        if (!isDamaged)
        {
            log.ShouldNotContain("by one worker");
        }

        // Nothing is left behind.
        shared.Segments.Runs.ShouldBeEmpty();
        (await shared.Rig.Get<IBlobStore>().KeysAsync("segments", Ct)).ShouldBeEmpty($"{run.Id}");

        string Told(string row) => isDamaged ? Stamps().Match(row).Value : row;
    }

    [GeneratedRegex(@"^\d+ \S+ #\d+|Decoded = \d+|Sampled = \d+|^[A-Z]\w+$")]
    private static partial Regex Stamps();

    private async Task<string> MadeAsync(string name)
    {
        string[] x264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "20", "-bf", "2"];
        return name switch
        {
            "closed.mp4" => await _clips.MakeAsync(name, Film, x264, Ct),
            "edited.mp4" => await CutAsync(name, ["-ss", "1.3"], ["-avoid_negative_ts", "disabled"]),
            "empty-edit.mp4" => await CutAsync(name, ["-itsoffset", "0.5"], []),
            "vfr.mkv" => await _clips.MakeAsync(name, $"{Film},select='not(mod(n,3))+gt(t,4)*not(mod(n,2))'", [.. x264, "-fps_mode", "vfr"], Ct),
            "hevc.mp4" => await _clips.MakeAsync(name, Film, ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=25:min-keyint=25:scenecut=0:open-gop=0:bframes=3:b-adapt=0"], Ct),
            "open-gop-hevc.mp4" => await _clips.MakeAsync(name, Film, ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=25:min-keyint=25:scenecut=0:open-gop=1:bframes=3:b-adapt=0"], Ct),
            "open-gop.mkv" => await _clips.MakeAsync(name, Film, ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "3", "-x264-params", "open-gop=1:b-adapt=0:scenecut=0"], Ct),
            "ten-bit.mp4" => await _clips.MakeAsync(name, Film, [.. x264, "-pix_fmt", "yuv420p10le"], Ct),
            "rotated.mp4" => await RotatedAsync(name),
            "fades.mp4" => await _clips.MakeAsync(name, $"{Film},fade=out:st=1.5:d=0.4:alpha=0,geq=lum='lum(X,Y)*gt(mod(T,2),0.5)':cb=128:cr=128", x264, Ct),
            "flashes.mp4" => await _clips.MakeAsync(name, $"{Film},geq=lum='if(lt(mod(N+1,20),2),235,lum(X,Y))':cb='cb(X,Y)':cr='cr(X,Y)'", x264, Ct),
            "stream.ts" => await _clips.MakeAsync(name, Film, x264, Ct),
            _ => throw new ArgumentException(name),
        };
    }

    private async Task<string> CutAsync(string name, string[] before, string[] after)
    {
        var path = Path.Combine(_clips.Folder, name);
        await ReferenceTools.FfmpegAsync([.. before, "-i", await MadeAsync("closed.mp4"), "-c", "copy", .. after, path], Ct);
        return path;
    }

    private async Task<string> RotatedAsync(string name)
    {
        var path = Path.Combine(_clips.Folder, name);
        await ReferenceTools.FfmpegAsync(["-i", await MadeAsync("closed.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90", path], Ct);
        return path;
    }

    private static Recipe Recipe(string words)
    {
        var detector = words.Split(' ')[^1];
        return FlowRig.Recipe with
        {
            Sampler = words switch
            {
                "scene sampler" => new PartSpec("scene"),
                "hash" => new PartSpec("hash-buffer"),
                "ranges" => new PartSpec("time-ranges").With("ranges", "1-5"),
                "wide" => new PartSpec("interval").With("seconds", 4.5),
                "keyframe gap" => new PartSpec("keyframe").With("minGapSeconds", 1.5),
                _ => words.Split(' ')[0] switch
                {
                    "keyframe" => new PartSpec("keyframe"),
                    "every" => new PartSpec("all"),
                    "nth" => new PartSpec("nth").With("n", 7),
                    "dense" => new PartSpec("dense"),
                    _ => new PartSpec("interval").With("seconds", 0.33),
                },
            },
            Scenes = detector switch { "scenes" => new PartSpec("content"), "adaptive" => new PartSpec("adaptive"), _ => null },
            Moderation = BuiltInRecipes.All[0].Moderation,
        };
    }
}
