using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The first frame of each look: a frame whose perceptual hash is near that of one of the last looks is dropped and keeps that look fresh; the look not seen for
/// longest is forgotten first. Nothing that differs is lost, and no other property of the picture (such as blur) is judged.
/// </summary>
[Part("hash-buffer", "New looks", "Scores a frame when it looks like none of those shortly before.")]
public sealed class HashBufferSampler(HashBufferSamplerOptions options) : ISampler
{
    private readonly LookHash _hash = new(options.HashSize);
    private readonly LookWindow _looks = new(options.Size, options.BitTolerance(options.HashSize * options.HashSize));

    /// <inheritdoc/>
    public bool Remembers => true;

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => options.PlanFor(media);

    /// <inheritdoc/>
    public bool KeepsAll => false;

    /// <inheritdoc/>
    public bool Keep(in Frame frame)
    {
        var look = _hash.Perceptual(in frame);
        if (_looks.Renew(look))
        {
            return false;
        }

        _looks.Add(look);
        return true;
    }
}

/// <summary>Options of <see cref="HashBufferSampler"/>.</summary>
public sealed record HashBufferSamplerOptions : BufferOptions;
