using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>Pictures of one kind share a process: the same frames as one process each, whatever stands between them.</summary>
public sealed class FolderGroupSpecs : IDisposable
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
    }

    [Theory]
    [InlineData("jpg", 0)]
    [InlineData("png", 0)]
    [InlineData("jpg", 64)]
    public async Task Pictures_of_one_kind_come_from_few_processes_with_the_pixels_of_each_alone(string ending, int side)
    {
        LongTests.Only(ending != "jpg" || side != 0, "Each picture is read alone, too.");
        var paths = await MakeAsync(24, ending);
        var counted = new Counted(_stack.Source);

        var frames = await ReadAsync(counted, side);

        frames.Select(f => (f.Index, f.Pts)).ShouldBe(Enumerable.Range(0, 24).Select(i => (i, i * 1_000_000L)));
        counted.Readings.ShouldBeLessThanOrEqualTo(24 / Math.Max(1, 24 / (3 * Environment.ProcessorCount)) + 1);
        foreach (var (frame, path) in frames.Zip(paths))
        {
            frame.Pixels.ShouldBe(await AloneAsync(path, side), Path.GetFileName(path));
        }

        _stack.Pool.Outstanding.ShouldBe(0);
    }

    [Fact]
    public async Task A_damaged_picture_among_them_is_named_and_costs_no_other()
    {
        var paths = await MakeAsync(24, "jpg");
        var whole = await File.ReadAllBytesAsync(paths[5], Ct);
        await File.WriteAllBytesAsync(paths[5], whole[..(whole.Length / 2)], Ct);
        var facts = new Facts();

        var frames = await ReadAsync(_stack.Source, 0, facts);

        frames.Select(f => f.Index).ShouldBe(Enumerable.Range(0, 24).Where(i => i != 5));
        (facts.Last.Decoded, facts.Last.Damaged).ShouldBe((23, 1));
        facts.Last.FirstDamage!.ShouldContain("p05.jpg");
        frames.Single(f => f.Index == 6).Pixels.ShouldBe(await AloneAsync(paths[6], 0));
    }

    [Fact]
    public async Task Leaving_early_gives_everything_back()
    {
        await MakeAsync(24, "jpg");
        var media = await ProbeAsync();

        await foreach (var batch in Source(_stack.Source).ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 0), new Facts(), Ct))
        {
            batch.Dispose();
            break;
        }

        _stack.Pool.Outstanding.ShouldBe(0);
    }

    [Fact]
    public async Task Kinds_differ_by_what_decides_how_pictures_are_decoded_and_by_nothing_else()
    {
        var plain = PictureKin.Of(await PictureAsync("plain.jpg", "testsrc2=s=64x48", "-q:v", "2")).ShouldNotBeNull();

        PictureKin.Of(await PictureAsync("small.jpg", "testsrc2=s=64x48:r=7", "-q:v", "20")).ShouldBe(plain, "quality and content");
        PictureKin.Of(await PictureAsync("wide.jpg", "testsrc2=s=66x48")).ShouldNotBe(plain, "size");
        PictureKin.Of(await PictureAsync("full.jpg", "testsrc2=s=64x48", "-pix_fmt", "yuvj444p")).ShouldNotBe(plain, "sampling");
        PictureKin.Of(await PictureAsync("gray.jpg", "testsrc2=s=64x48", "-pix_fmt", "gray")).ShouldNotBe(plain, "planes");
        PictureKin.Of(await PictureAsync("rgb.png", "testsrc2=s=64x48", "-pix_fmt", "rgb24")).ShouldNotBe(PictureKin.Of(await PictureAsync("rgba.png", "testsrc2=s=64x48", "-pix_fmt", "rgba")), "transparency");
        PictureKin.Of(await PictureAsync("other.bmp", "testsrc2=s=64x48")).ShouldBeNull();
        PictureKin.Of(_clips.Write("none.jpg", "no picture"u8)).ShouldBeNull();
        PictureKin.Of(_clips.Write("cut.jpg", (await File.ReadAllBytesAsync(Path.Combine(_clips.Folder, "plain.jpg"), Ct)).AsSpan(0, 40))).ShouldBeNull();
        PictureKin.Of(Path.Combine(_clips.Folder, "missing.jpg")).ShouldBeNull();
    }

    [Fact]
    public async Task Orientation_is_part_of_the_kind_and_of_the_frames()
    {
        var media = TestMedia.Path("exif-orientation-6.jpg");
        var other = TestMedia.Path("exif-orientation-8.jpg");

        PictureKin.Of(media).ShouldNotBe(PictureKin.Of(other));
        foreach (var i in Enumerable.Range(0, 24))
        {
            File.Copy(i % 2 == 0 ? media : other, Path.Combine(_clips.Folder, string.Create(CultureInfo.InvariantCulture, $"p{i:00}.jpg")));
        }

        var frames = await ReadAsync(_stack.Source, 64);

        frames[0].Pixels.ShouldBe(await AloneAsync(media, 64));
        frames[23].Pixels.ShouldBe(await AloneAsync(other, 64));
    }

    private async Task<string[]> MakeAsync(int count, string ending)
    {
        // Half pictures differ from each other in every row.
        await _clips.MakeAsync($"p%02d.{ending}", "testsrc2=s=160x90:r=1", ["-frames:v", count.ToString(CultureInfo.InvariantCulture), "-start_number", "0"], Ct);
        return [.. Directory.EnumerateFiles(_clips.Folder, $"p*.{ending}").Order(StringComparer.Ordinal)];
    }

    private Task<string> PictureAsync(string name, string source, params string[] options) => _clips.MakeAsync(name, source, ["-frames:v", "1", .. options], Ct);

    private FolderFrameSource Source(IFrameSource files) => new(files, _stack.Probe, _stack.Pool);

    private Task<MediaInfo> ProbeAsync() => new FolderProbe((FfprobeProbe)_stack.Probe, NoServices.Catalog)
        .ProbeAsync(new SourceFile(_clips.Folder, "folder", 1) { Sampler = new PartSpec("image-folder") }, Ct);

    private async Task<ImmutableArray<KeptFrame>> ReadAsync(IFrameSource files, int side, Facts? facts = null)
    {
        var media = await ProbeAsync();
        return await KeptAsync(Source(files).ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), side), facts ?? new Facts(), Ct));
    }

    private async Task<byte[]> AloneAsync(string path, int side)
    {
        var media = await _stack.ProbeAsync(path, Ct);
        return (await KeptAsync(_stack.Source.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), side), new Facts(), Ct))).ShouldHaveSingleItem().Pixels;
    }

    private static async Task<ImmutableArray<KeptFrame>> KeptAsync(IAsyncEnumerable<FrameBatch> batches)
    {
        var frames = ImmutableArray.CreateBuilder<KeptFrame>();
        await foreach (var batch in batches)
        {
            using (batch)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    frames.Add(new KeptFrame(batch[i].Index, batch[i].Pts.Value, batch[i].Layout, batch[i].Pixels.ToArray()));
                }
            }
        }

        return frames.ToImmutable();
    }

    private sealed class Counted(IFrameSource source) : IFrameSource
    {
        private int _readings;

        public int Readings => _readings;

        public IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, CancellationToken ct)
        {
            _ = Interlocked.Increment(ref _readings);
            return source.ReadAsync(request, progress, ct);
        }
    }

    private sealed class Facts : IProgress<DecodeProgress>
    {
        public DecodeProgress Last { get; private set; }

        public void Report(DecodeProgress value) => Last = value;
    }
}
