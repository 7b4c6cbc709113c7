using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// Probe and decoder, put together. Servers get them from their services; a command that ends after a fraction of a second makes them itself, since building
/// a container takes longer than that. Thread-safe.
/// </summary>
public sealed class MediaKit
{
    /// <summary>Everything for reading files, with these options, which are not checked here.</summary>
    public MediaKit(FramePool pool, ToolOptions tools, MediaLimits limits, PartCatalog catalog, TimeProvider time)
    {
        var (toolOptions, limitOptions) = (Options.Create(tools), Options.Create(limits));
        var locator = new ToolLocator(toolOptions);
        var probe = new FfprobeProbe(locator, toolOptions, limitOptions, time);
        var library = new LibavFrameSource(pool, toolOptions, limitOptions);
        var program = new FfmpegFrameSource(pool, locator, toolOptions, limitOptions, time);
        Pool = pool;
        Probe = new FolderProbe(probe, catalog);
        Frames = new FolderFrameSource(new EngineFrameSource(library, program, toolOptions), probe, pool);
    }

    /// <summary>Where the frames' memory comes from.</summary>
    public FramePool Pool { get; }

    /// <summary>Tells what a file is.</summary>
    public IMediaProbe Probe { get; }

    /// <summary>Decodes.</summary>
    public IFrameSource Frames { get; }

    /// <summary>
    /// Begins to load the system's libraries for decoding and to compile what all frames go through, which takes as long as building everything else; whoever needs the libraries waits for
    /// them.
    /// </summary>
    public static Task LoadAheadAsync() => Task.Run(() =>
    {
        if (Libav.IsAvailable)
        {
            Rehearsal.Run();
        }
    });
}
