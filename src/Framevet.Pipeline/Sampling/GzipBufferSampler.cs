using System.IO.Compression;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The frames that compress worst in a sliding window (see <see cref="SlidingBest"/>): the score is the length in bytes of the RGB picture compressed by gzip, at the fastest level, or as video-sampler
/// at the strongest.
/// </summary>
[Part("gzip-buffer", "Hardest to compress", "Scores the frames with the most detail of a sliding window, by how badly they compress.")]
public sealed class GzipBufferSampler(GzipBufferSamplerOptions options) : IHoldingSampler
{
    private readonly IFrameWindow _window = options.Window();
    private readonly LookHash _hash = new(options.HashSize);
    private readonly MemoryStream _packed = new();
    private byte[] _rgb = [];

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => options.PlanFor(media);

    /// <inheritdoc/>
    public void Offer(in Frame frame, SampleSink give) => _window.Offer(in frame, PackedLength(in frame), _hash.Average(in frame), give);

    /// <inheritdoc/>
    public void Complete(SampleSink give) => _window.Complete(give);

    /// <inheritdoc/>
    public void Dispose() => _packed.Dispose();

    internal long PackedLength(in Frame frame)
    {
        if (_rgb.Length != 3 * frame.Layout.LumaBytes)
        {
            _rgb = new byte[3 * frame.Layout.LumaBytes];
        }

        FrameColours.ToRgb(in frame, _rgb);
        _packed.SetLength(0);
        using (var gzip = new GZipStream(_packed, options.Compatible ? CompressionLevel.SmallestSize : CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(_rgb);
        }

        return _packed.Length;
    }
}

/// <summary>Options of <see cref="GzipBufferSampler"/>.</summary>
public sealed record GzipBufferSamplerOptions : SlidingBufferOptions;
