using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks;

/// <summary>
/// Stills of a minute beside a bare decode of it, and beside one ffmpeg that writes the same files: read the Ratio column, not the seconds.
/// The minute is the 20 s clip three times over, joined without encoding. Needs the test clips; run without <c>-i</c>, which does not wait for the set-up.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 3)]
public class ExportBenchmarks : IDisposable
{
    private readonly MediaStack _stack = new(tools: new ToolOptions { LowPriority = false });
    private readonly ClipFactory _work = new();
    private MediaInfo _media = null!;
    private ImmutableArray<Pts> _ten;
    private ImmutableArray<Pts> _hundred;

    /// <summary>Makes the minute and chooses frames evenly over it.</summary>
    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var clip = Path.Combine(TestMedia.Folder ?? throw new InvalidOperationException("Set FRAMEVET_TEST_MEDIA to the folder of test clips."), "bench-1080p30-20s.mp4");
        var list = _work.Write("list.txt", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"file '{clip}'\n", 3))));
        var minute = Path.Combine(_work.Folder, "minute.mp4");
        await ReferenceTools.FfmpegAsync(["-f", "concat", "-safe", "0", "-i", list, "-map", "0:v:0", "-c", "copy", minute], CancellationToken.None);
        _media = await _stack.ProbeAsync(minute, CancellationToken.None);
        var frames = await ReferenceTools.FramesAsync(minute, _media.StreamIndex, CancellationToken.None);
        _ten = Spread(frames, 10);
        _hundred = Spread(frames, 100);
    }

    /// <summary>The physical floor: decode, nothing else.</summary>
    [Benchmark(Baseline = true)]
    public Task FullDecode() => ReferenceTools.FfmpegAsync(["-i", _media.File.Path, "-map", "0:v:0", "-f", "null", "-"], CancellationToken.None);

    /// <summary>Ten stills as PNG.</summary>
    [Benchmark]
    public Task<int> TenPng() => TakeAsync(_ten, StillFormat.Png);

    /// <summary>Ten stills as JPEG: hardly any time for the files.</summary>
    [Benchmark]
    public Task<int> TenJpeg() => TakeAsync(_ten, StillFormat.Jpeg);

    /// <summary>A hundred stills as PNG.</summary>
    [Benchmark]
    public Task<int> HundredPng() => TakeAsync(_hundred, StillFormat.Png);

    /// <summary>One ffmpeg that writes the hundred.</summary>
    [Benchmark]
    public Task HundredPngByOneFfmpeg() => ByOneFfmpegAsync(_hundred);

    /// <summary>One ffmpeg that writes the ten.</summary>
    [Benchmark]
    public Task TenPngByOneFfmpeg() => ByOneFfmpegAsync(_ten);

    /// <summary>Clears up.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _work.Dispose();
        _stack.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>From the middle of each of equal parts, so that none is a keyframe by design.</summary>
    private ImmutableArray<Pts> Spread(ImmutableArray<(long Pts, bool IsKey)> frames, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Pts(frames[((2 * i) + 1) * frames.Length / (2 * count)].Pts, _media.TimeBase))];

    private async Task<int> TakeAsync(ImmutableArray<Pts> frames, StillFormat format)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_work.Folder, Guid.NewGuid().ToString("N"))).FullName;
        var stills = await _stack.Extractor.ExtractAsync(_media, frames, new StillOptions(format), folder, new Progress<double>(), CancellationToken.None);
        Directory.Delete(folder, recursive: true);
        return stills.Length;
    }

    private async Task ByOneFfmpegAsync(ImmutableArray<Pts> frames)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_work.Folder, Guid.NewGuid().ToString("N"))).FullName;
        var wanted = string.Join('+', frames.Select(f => $"eq(pts,{f.Value})"));
        await ReferenceTools.FfmpegAsync(["-copyts", "-i", _media.File.Path, "-map", "0:v:0", "-vf", $"select='{wanted}'", "-fps_mode", "passthrough", Path.Combine(folder, "%04d.png")], CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }
}
