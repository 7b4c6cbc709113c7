using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The frames with most information in a sliding window (see <see cref="SlidingBest"/>), measured by the entropy in bits of the 768 counts of red, green and blue levels together, as Pillow's
/// entropy of an RGB picture.
/// </summary>
[Part("entropy-buffer", "Most detailed colours", "Scores the frames with the most varied colours of a sliding window.")]
public sealed class EntropyBufferSampler(EntropyBufferSamplerOptions options) : IHoldingSampler
{
    private readonly IFrameWindow _window = options.Window();
    private readonly LookHash _hash = new(options.HashSize);
    private readonly int[] _counts = new int[768];
    private byte[] _rgb = [];

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => options.PlanFor(media);

    /// <inheritdoc/>
    public void Offer(in Frame frame, SampleSink give) => _window.Offer(in frame, Entropy(in frame), _hash.Average(in frame), give);

    /// <inheritdoc/>
    public void Complete(SampleSink give) => _window.Complete(give);

    /// <inheritdoc/>
    public void Dispose() => _rgb = [];

    internal double Entropy(in Frame frame)
    {
        if (_rgb.Length != 3 * frame.Layout.LumaBytes)
        {
            _rgb = new byte[3 * frame.Layout.LumaBytes];
        }

        FrameColours.ToRgb(in frame, _rgb);
        Array.Clear(_counts);
        for (var i = 0; i < _rgb.Length; i += 3)
        {
            _counts[_rgb[i]]++;
            _counts[256 + _rgb[i + 1]]++;
            _counts[512 + _rgb[i + 2]]++;
        }

        double entropy = 0;
        foreach (var count in _counts)
        {
            if (count > 0)
            {
                var p = (double)count / _rgb.Length;
                entropy -= p * Math.Log2(p);
            }
        }

        return entropy;
    }
}

/// <summary>Options of <see cref="EntropyBufferSampler"/>.</summary>
public sealed record EntropyBufferSamplerOptions : SlidingBufferOptions;
