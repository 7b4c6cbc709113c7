using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks;

/// <summary>Our decodes beside a bare <c>ffmpeg -f null</c> of the same file: read the Ratio column, not the seconds. Needs the test clips.</summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class DecodeBenchmarks : IDisposable
{
    // At the priority of the reference: on a busy machine a lower one would be measured instead.
    private readonly MediaStack _stack = new(tools: new ToolOptions { LowPriority = false });
    private MediaInfo _media = null!;

    /// <summary>Clip in the media folder.</summary>
    [Params("bench-1080p30-20s.mp4", "bbb-480p-30s.mp4")]
    public string Clip { get; set; } = "";

    /// <summary>Probes once.</summary>
    [GlobalSetup]
    public async Task SetUpAsync() =>
        _media = await _stack.ProbeAsync(Path.Combine(TestMedia.Folder ?? throw new InvalidOperationException("Set FRAMEVET_TEST_MEDIA to the folder of test clips."), Clip), CancellationToken.None);

    /// <summary>The physical floor: decode, nothing else.</summary>
    [Benchmark(Baseline = true)]
    public Task FullDecode() => ReferenceTools.FfmpegAsync(["-i", _media.File.Path, "-map", "0:v:0", "-f", "null", "-"], CancellationToken.None);

    /// <summary>The floor for keyframes.</summary>
    [Benchmark]
    public Task KeyframeDecode() => ReferenceTools.FfmpegAsync(["-threads", "1", "-skip_frame", "nokey", "-i", _media.File.Path, "-map", "0:v:0", "-f", "null", "-"], CancellationToken.None);

    /// <summary>Every frame as analysis view.</summary>
    [Benchmark]
    public Task<int> EveryFrame512() => ReadAsync(new DecodePlan.EveryFrame());

    /// <summary>One frame a second.</summary>
    [Benchmark]
    public Task<int> EachSecond512() => ReadAsync(new DecodePlan.Interval(TimeSpan.FromSeconds(1)));

    /// <summary>Keyframes with their numbers.</summary>
    [Benchmark]
    public Task<int> Keyframes512() => ReadAsync(new DecodePlan.Keyframes(null));

    /// <summary>Checks that no buffer stayed behind.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _stack.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<int> ReadAsync(DecodePlan plan)
    {
        var frames = 0;
        await foreach (var batch in _stack.Source.ReadAsync(new DecodeRequest(_media, plan, 512), new Progress<DecodeProgress>(), CancellationToken.None).Prefetch(2, CancellationToken.None))
        {
            using (batch)
            {
                frames += batch.Count;
            }
        }

        return frames;
    }
}
