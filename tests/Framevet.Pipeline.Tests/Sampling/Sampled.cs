using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Sampling;

/// <summary>Runs samplers over frames in memory.</summary>
internal static class Sampled
{
    /// <summary>25 frames a second.</summary>
    public static readonly TimeBase Unit = new(1, 25);

    /// <summary>Numbers of the frames that the sampler takes, which sees all of them.</summary>
    public static List<int> By(ISampler sampler, IEnumerable<Frame> frames, int? count = null)
    {
        var taken = new List<int>();
        sampler.Plan(Media(count));
        foreach (var frame in frames)
        {
            if (sampler is IHoldingSampler holding)
            {
                holding.Offer(in frame, (in Frame f) => taken.Add(f.Index));
            }
            else if (sampler.Keep(in frame))
            {
                taken.Add(frame.Index);
            }
        }

        (sampler as IHoldingSampler)?.Complete((in Frame f) => taken.Add(f.Index));
        (sampler as IDisposable)?.Dispose();
        return taken;
    }

    /// <summary>The sampler of a spec.</summary>
    public static ISampler Build(PartSpec spec) => NoServices.Catalog.Build<ISampler>(spec);

    /// <summary>What the sampler of a spec wants decoded of a film.</summary>
    public static DecodePlan Plan(PartSpec spec) => Build(spec).Plan(Media(null));

    /// <summary>A colourless frame.</summary>
    public static Frame Frame(int index, Picture picture, byte cb = 128, byte cr = 128)
    {
        var layout = new FrameLayout(picture.Width, picture.Height);
        var pixels = new byte[layout.FrameBytes];
        picture.Pixels.CopyTo(pixels, 0);
        pixels.AsSpan(layout.LumaBytes, layout.ChromaBytes).Fill(cb);
        pixels.AsSpan(layout.LumaBytes + layout.ChromaBytes).Fill(cr);
        return new Frame(index, new Pts(index, Unit), layout, pixels);
    }

    /// <summary>Reads a clip of the media folder whole, no larger than <paramref name="side"/>.</summary>
    public static async Task<List<Frame>> ReadAsync(string clip, int side, CancellationToken ct)
    {
        using var stack = new MediaStack();
        var media = await stack.ProbeAsync(TestMedia.Path(clip), ct);
        var kept = await stack.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), side), ct);
        return [.. kept.Select(k => new Frame(k.Index, new Pts(k.Pts, media.TimeBase), k.Layout, k.Pixels))];
    }

    private static MediaInfo Media(int? count) => new()
    {
        File = new SourceFile("clip.mp4", "clip.mp4", 1),
        Kind = MediaKind.Video,
        Container = "mov",
        StreamIndex = 0,
        Codec = "h264",
        CodedWidth = 64,
        CodedHeight = 36,
        Width = 64,
        Height = 36,
        TimeBase = Unit,
        FrameCountHint = count,
    };
}
