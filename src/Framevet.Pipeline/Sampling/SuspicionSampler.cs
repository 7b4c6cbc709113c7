using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The frames most worth a look by a moderator: those with the largest share of skin-coloured places (the colour test of <see cref="SkinRegions"/>); among equal shares those
/// with more motion (see <see cref="FrameMotion"/>), then the earlier ones. One key for all frames: motion never outweighs the share. Holds as many frames as it will give.
/// </summary>
[Part("suspicion", "Most suspicious", "Scores the frames with the most skin-coloured area, of equal ones those with most motion.")]
public sealed class SuspicionSampler(SuspicionSamplerOptions options) : IHoldingSampler
{
    // Chroma places a row that are looked at; the share of a finer grid hardly differs.
    private const int MaxColumns = 128;

    private readonly FrameMotion _motion = new();
    private readonly CopyShelf _shelf = new();
    private readonly PriorityQueue<HeldFrame, (double Share, double Motion, long LaterFirst)> _kept = new();
    private long _seen;

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) =>
        options.Seconds == 0 ? new DecodePlan.EveryFrame() : new DecodePlan.Interval(TimeSpan.FromSeconds(options.Seconds));

    /// <inheritdoc/>
    public void Offer(in Frame frame, SampleSink give)
    {
        var motion = _motion.Next(in frame);
        var key = (SkinShare(in frame), motion, -_seen);
        if (_kept.Count < options.Budget)
        {
            _kept.Enqueue(new HeldFrame(_shelf.Copy(in frame), motion, _seen), key);
        }
        else if (_kept.TryPeek(out _, out var least) && key.CompareTo(least) > 0)
        {
            var copy = _kept.Dequeue().Copy;
            copy.Take(in frame);
            _kept.Enqueue(new HeldFrame(copy, motion, _seen), key);
        }

        _seen++;
    }

    /// <inheritdoc/>
    public void Complete(SampleSink give)
    {
        foreach (var held in _kept.UnorderedItems.Select(k => k.Element).OrderBy(h => h.Number))
        {
            _shelf.Give(held.Copy, give);
        }

        _kept.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _kept.Clear();

    /// <summary>Skin-coloured places over all places, 0..1.</summary>
    internal static double SkinShare(in Frame frame)
    {
        var layout = frame.Layout;
        var luma = frame.Luma;
        var cb = frame.Cb;
        var cr = frame.Cr;
        var step = Math.Max(1, layout.ChromaWidth / MaxColumns);
        var (skin, all) = (0, 0);
        for (var y = 0; y < layout.ChromaHeight; y += step)
        {
            for (var x = 0; x < layout.ChromaWidth; x += step)
            {
                var at = (y * layout.ChromaWidth) + x;
                var (red, green, blue) = FrameColours.Rgb(luma[(2 * y * layout.Width) + (2 * x)], cb[at], cr[at]);
                skin += SkinRegions.IsSkin(red, green, blue) ? 1 : 0;
                all++;
            }
        }

        return (double)skin / all;
    }
}

/// <summary>Options of <see cref="SuspicionSampler"/>.</summary>
public sealed record SuspicionSamplerOptions
{
    /// <summary>Most frames taken.</summary>
    [Display(Name = "Frames", Description = "How many frames are scored at most.")]
    [Range(1, 1000)]
    public int Budget { get; init; } = 4;

    /// <summary>Length of the interval in seconds of media time; 0 = every frame.</summary>
    [Display(Name = "Interval (s)", Description = "Seconds of the clip between two frames that are looked at; 0 looks at every frame.")]
    [Range(0.0, 3600.0)]
    [ShortFlag("every")]
    public double Seconds { get; init; } = 0.5;
}
