using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Decode;

/// <summary>What the whole process allocates can only be told while nothing else runs.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>Memory of the library engine.</summary>
[Collection("alone")]
public sealed class LibraryMemorySpecs : IDisposable
{
    // A frame of this size has 86 kB, its share of a batch's tables and of the progress reports some dozen bytes.
    private const double MostBytes = 200;

    private readonly MediaStack _stack = new();

    public void Dispose() => _stack.Dispose();

    [Fact]
    public async Task Memory_per_frame_is_not_allocated_anew()
    {
        Assert.SkipUnless(Libav.IsAvailable, "Needs libavformat, libavcodec and libavutil in a known version.");
        var media = await _stack.ProbeAsync(TestMedia.Path("bbb-480p-30s.mp4"), TestContext.Current.CancellationToken);
        var source = new LibavFrameSource(_stack.Pool, Options.Create(new ToolOptions()), Options.Create(new MediaLimits()));
        var request = new DecodeRequest(media, new DecodePlan.EveryFrame(), 320);
        Fill(request);

        // Whatever else the process does now and then may fall into one reading, but not into each.
        var perFrame = double.MaxValue;
        for (var i = 0; i < 5 && perFrame > MostBytes; i++)
        {
            perFrame = Math.Min(perFrame, await SteadyAsync(source, request));
        }

        perFrame.ShouldBeLessThan(MostBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(16)]
    public void Stretches_under_way_need_no_more_buffers_than_the_pool_keeps(int workers)
    {
        foreach (var bytes in (long[])[1000, 2_000_000, 64_000_000])
        {
            var ahead = LibavFrameSource.Ahead(workers, bytes);

            ahead.ShouldBeGreaterThanOrEqualTo(2);
            ((ahead * (workers + 1)) + workers).ShouldBeLessThan(FramePool.MaxKept);
        }
    }

    // The threads of a reading get ahead of each other by other amounts every time, and each amount that was never reached before needs new buffers, however
    // many readings came before. So all that can be under way at once are there from the beginning.
    private void Fill(DecodeRequest request)
    {
        var layout = FilterChain.Layout(request.Media, request.MaxSide);
        using var task = new ReadingTask(request, layout, false);
        var batches = Enumerable.Range(0, FramePool.MaxKept).Select(_ => _stack.Pool.Rent(layout, task.BatchFrames)).ToList();
        batches.ForEach(b => b.Dispose());
    }

    /// <summary>Bytes a frame that the process allocates behind the first third of a reading: what a reading needs once (threads, tables) lies before.</summary>
    private static async Task<double> SteadyAsync(LibavFrameSource source, DecodeRequest request)
    {
        var (frames, first) = (0, 0);
        var before = 0L;
        await foreach (var batch in source.ReadAsync(request, new Silence(), TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                frames += batch.Count;
                if (first == 0 && frames >= 240)
                {
                    (first, before) = (frames, GC.GetTotalAllocatedBytes(precise: true));
                }
            }
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(frames - first);
    }

    // Progress<T> would hand each report to another thread, which allocates.
    private sealed class Silence : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
        }
    }
}
