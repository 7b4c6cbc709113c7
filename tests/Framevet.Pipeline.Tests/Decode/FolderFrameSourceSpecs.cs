using System.Collections.Immutable;
using System.IO.Compression;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>A folder of pictures that differ in gray, size and format; 3.png is no picture and 4.jpg ends early.</summary>
public sealed class FolderFrameSourceSpecs : IAsyncLifetime
{
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await GrayAsync("10.jpg", 200, "96x64");
        await GrayAsync("2.png", 100, "64x48");
        await GrayAsync("1.bmp", 30, "33x77");
        await GrayAsync("11.TIFF", 150, "96x64");
        _clips.Write("3.png", "no picture at all"u8);
        var whole = await File.ReadAllBytesAsync(await _clips.MakeAsync("4.jpg", "testsrc2=s=256x256", ["-frames:v", "1"], Ct), Ct);
        _clips.Write("4.jpg", whole.AsSpan(0, whole.Length / 3));
    }

    public ValueTask DisposeAsync()
    {
        _clips.Dispose();
        _stack.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_picture_is_a_frame_of_its_own_size_and_damaged_ones_are_named()
    {
        var facts = new Facts();
        var media = await ProbeAsync(_clips.Folder);

        var frames = await ReadAsync(media, new DecodePlan.EveryFrame(), facts);

        (media.Kind, media.Container, media.FrameCountHint, media.Duration).ShouldBe((MediaKind.Folder, "folder", 6, TimeSpan.FromSeconds(6)));
        frames.Select(f => (f.Index, f.Pts, f.Layout.Width, f.Layout.Height)).ShouldBe([(0, 0L, 33, 77), (1, 1_000_000L, 64, 48), (4, 4_000_000L, 96, 64), (5, 5_000_000L, 96, 64)]);
        frames.Select(f => f.At(5, 5).Y).Zip([30, 100, 200, 150]).ShouldAllBe(p => Math.Abs(p.First - p.Second) <= 2);
        (facts.Last.Decoded, facts.Last.Damaged).ShouldBe((4, 2));
        facts.Last.FirstDamage!.ShouldContain("3.png");
    }

    [Fact]
    public async Task A_zip_of_the_folder_gives_the_same_pixels_and_so_does_a_second_reading()
    {
        var zip = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.zip");
        try
        {
            await ZipFile.CreateFromDirectoryAsync(_clips.Folder, zip, CompressionLevel.Fastest, includeBaseDirectory: true, Ct);
            var folder = await ReadAsync(await ProbeAsync(_clips.Folder), new DecodePlan.EveryFrame());

            foreach (var frames in new[] { await ReadAsync(await ProbeAsync(zip), new DecodePlan.EveryFrame()), await ReadAsync(await ProbeAsync(_clips.Folder), new DecodePlan.EveryFrame()) })
            {
                frames.Select(f => (f.Index, f.Pts, Convert.ToHexString(f.Pixels))).ShouldBe(folder.Select(f => (f.Index, f.Pts, Convert.ToHexString(f.Pixels))));
            }
        }
        finally
        {
            File.Delete(zip);
        }
    }

    [Fact]
    public async Task A_resumed_reading_begins_with_the_picture_it_stopped_at()
    {
        var media = await ProbeAsync(_clips.Folder);
        var frames = new List<int>();
        var request = new DecodeRequest(media, new DecodePlan.EveryFrame(), 64, new FrameStamp(4, new Pts(4_000_000, media.TimeBase)));
        await foreach (var batch in Source().ReadAsync(request, new Facts(), Ct))
        {
            using (batch)
            {
                frames.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch[i].Index));
            }
        }

        frames.ShouldBe([4, 5]);
    }

    [Fact]
    public async Task Leaving_early_returns_every_buffer()
    {
        await foreach (var batch in Source().ReadAsync(new DecodeRequest(await ProbeAsync(_clips.Folder), new DecodePlan.EveryFrame(), 64), new Facts(), Ct))
        {
            batch.Dispose();
            break;
        }

        LeakCheck.NoneLeft(_stack.Pool);
    }

    [Fact]
    public async Task A_folder_without_one_sound_picture_is_an_error()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_clips.Folder, "broken")).FullName;
        File.Copy(Path.Combine(_clips.Folder, "3.png"), Path.Combine(folder, "3.png"));
        var first = await Should.ThrowAsync<VettingException>(() => ProbeAsync(folder));

        File.Copy(Path.Combine(_clips.Folder, "4.jpg"), Path.Combine(folder, "4.jpg"));
        var media = await ProbeAsync(folder);
        var second = await Should.ThrowAsync<VettingException>(() => ReadAsync(media, new DecodePlan.EveryFrame()));

        (first.Code, second.Code).ShouldBe((FailureCode.UnsupportedMedia, FailureCode.UnsupportedMedia));
        first.Message.ShouldContain("3.png");
        second.Message.ShouldContain("3.png");
    }

    [Fact]
    public async Task A_pick_is_exported_as_the_very_pixels_of_its_picture()
    {
        var media = await ProbeAsync(_clips.Folder);
        var target = Directory.CreateDirectory(Path.Combine(_clips.Folder, "stills")).FullName;

        var stills = await _stack.Extractor.ExtractAsync(media, [new Pts(4_000_000, media.TimeBase), new Pts(1_000_000, media.TimeBase)], new StillOptions(), target, new Progress<double>(), Ct);

        foreach (var (still, name) in stills.Zip(["10.jpg", "2.png"]))
        {
            Convert.ToHexString(await RgbAsync(still.Path)).ShouldBe(Convert.ToHexString(await RgbAsync(Path.Combine(_clips.Folder, name))));
        }
    }

    [Theory]
    [InlineData(1.0, false, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(3.0, false, new[] { 0, 3, 6, 9 })]
    [InlineData(4.0, true, new[] { 0, 4, 8, 9 })]
    public void A_plan_is_followed_by_stamps_alone(double step, bool withLast, int[] expected) =>
        FolderPlan.Wanted(Ten, new DecodePlan.Interval(TimeSpan.FromSeconds(step)) { WithLast = withLast }, null).ShouldBe(expected);

    [Fact]
    public void Stretches_cut_the_grid_of_the_whole_folder()
    {
        ImmutableArray<TimeRange> within = [new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)), new(TimeSpan.FromSeconds(8), null)];

        FolderPlan.Wanted(Ten, new DecodePlan.EveryFrame { Within = within }, null).ShouldBe([2, 3, 4, 8, 9]);
        FolderPlan.Wanted(Ten, new DecodePlan.Nth(3) { Within = within, WithLast = true }, null).ShouldBe([3, 4, 9]);
        FolderPlan.Wanted(Ten, new DecodePlan.Keyframes(null), new FrameStamp(8, new Pts(8_000_000, new TimeBase(1, 1_000_000)))).ShouldBe([8, 9]);
    }

    private static ImmutableArray<FolderPicture> Ten => [.. Enumerable.Range(0, 10).Select(i => new FolderPicture($"{i}.png", new Pts(i * 1_000_000, new TimeBase(1, 1_000_000)), null, i))];

    private FolderFrameSource Source() => new(_stack.Source, _stack.Probe, _stack.Pool);

    private Task<MediaInfo> ProbeAsync(string path) =>
        new FolderProbe((FfprobeProbe)_stack.Probe, NoServices.Catalog).ProbeAsync(new SourceFile(path, Path.GetFileName(path), 1) { Sampler = new PartSpec("image-folder") }, Ct);

    private async Task<ImmutableArray<KeptFrame>> ReadAsync(MediaInfo media, DecodePlan plan, Facts? facts = null)
    {
        var frames = ImmutableArray.CreateBuilder<KeptFrame>();
        await foreach (var batch in Source().ReadAsync(new DecodeRequest(media, plan, 512), facts ?? new Facts(), Ct))
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

    private Task<string> GrayAsync(string name, int gray, string size) => _clips.MakeAsync(name, $"color=c=0x{gray:X2}{gray:X2}{gray:X2}:s={size},format=rgb24", ["-frames:v", "1"], Ct);

    private static Task<byte[]> RgbAsync(string path) => ReferenceTools.FfmpegAsync(["-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], Ct);

    private sealed class Facts : IProgress<DecodeProgress>
    {
        public DecodeProgress Last { get; private set; }

        public void Report(DecodeProgress value) => Last = value;
    }
}
