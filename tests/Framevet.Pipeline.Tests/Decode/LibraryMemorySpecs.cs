using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Decode.Library;
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
    private readonly MediaStack _stack = new();

    public void Dispose() => _stack.Dispose();

    [Fact]
    public async Task Memory_per_frame_is_not_allocated_anew()
    {
        Assert.SkipUnless(Libav.IsAvailable, "Needs libavformat, libavcodec and libavutil in a known version.");
        var media = await _stack.ProbeAsync(TestMedia.Path("bbb-480p-30s.mp4"), TestContext.Current.CancellationToken);
        var source = new LibavFrameSource(_stack.Pool, Options.Create(new ToolOptions()), Options.Create(new MediaLimits()));
        var request = new DecodeRequest(media, new DecodePlan.EveryFrame(), 320);
        var frames = await CountAsync(source, request);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        _ = await CountAsync(source, request);
        var perFrame = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)frames;

        // A view of this size has 86 kB; what a whole reading needs once (threads, tables, batches) is some hundred kB.
        perFrame.ShouldBeLessThan(1500);
    }

    private static async Task<int> CountAsync(LibavFrameSource source, DecodeRequest request)
    {
        var frames = 0;
        await foreach (var batch in source.ReadAsync(request, new Progress<DecodeProgress>(), TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                frames += batch.Count;
            }
        }

        return frames;
    }
}
