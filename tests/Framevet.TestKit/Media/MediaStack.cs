using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.TestKit.Media;

/// <summary>The real probe, decoder and extractor on the real ffmpeg, with a frame pool of its own. Disposing fails the test when a frame buffer was not returned.</summary>
public sealed class MediaStack : IDisposable
{
    /// <summary>A stack with given limits.</summary>
    public MediaStack(MediaLimits? limits = null, ToolOptions? tools = null)
    {
        var toolOptions = Options.Create(tools ?? new ToolOptions());
        var limitOptions = Options.Create(limits ?? new MediaLimits());
        Locator = new ToolLocator(toolOptions);
        Probe = new FfprobeProbe(Locator, toolOptions, limitOptions, TimeProvider.System);
        Source = new FfmpegFrameSource(Pool, Locator, toolOptions, limitOptions, TimeProvider.System);
        Extractor = new FrameExtractor(Pool, Locator, new JpegCodec(), toolOptions, limitOptions, TimeProvider.System);
    }

    /// <summary>The pool behind every batch of this stack.</summary>
    public FramePool Pool { get; } = new();

    /// <summary>Where the tools are.</summary>
    public ToolLocator Locator { get; }

    /// <summary>The real probe.</summary>
    public IMediaProbe Probe { get; }

    /// <summary>The real decoder.</summary>
    public IFrameSource Source { get; }

    /// <summary>The real extractor.</summary>
    public FrameExtractor Extractor { get; }

    /// <summary>Probes a local file under its own name.</summary>
    public Task<MediaInfo> ProbeAsync(string path, CancellationToken ct) =>
        Probe.ProbeAsync(new SourceFile(path, Path.GetFileName(path), File.Exists(path) ? new FileInfo(path).Length : 0), ct);

    /// <summary>Reads to the end and keeps stamps and a copy of the pixels.</summary>
    public async Task<ImmutableArray<KeptFrame>> ReadAsync(DecodeRequest request, CancellationToken ct, IProgress<DecodeProgress>? progress = null)
    {
        var frames = ImmutableArray.CreateBuilder<KeptFrame>();
        await foreach (var batch in Source.ReadAsync(request, progress ?? new Silent(), ct))
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

    /// <inheritdoc/>
    public void Dispose() => LeakCheck.NoneLeft(Pool);

    private sealed class Silent : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
        }
    }
}

/// <summary>A copy of a frame.</summary>
public sealed record KeptFrame(int Index, long Pts, FrameLayout Layout, byte[] Pixels)
{
    /// <summary>Y, Cb and Cr at a place of the upright picture.</summary>
    public (int Y, int Cb, int Cr) At(int x, int y) =>
        (Pixels[(y * Layout.Width) + x],
         Pixels[Layout.LumaBytes + (y / 2 * Layout.ChromaWidth) + (x / 2)],
         Pixels[Layout.LumaBytes + Layout.ChromaBytes + (y / 2 * Layout.ChromaWidth) + (x / 2)]);
}
