using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>Brings a picture within what a service takes: as it is when it fits, else encoded again, smaller where it must be. Thread-safe.</summary>
internal sealed class ServicePicture(JpegCodec jpeg, GridLimits limits)
{
    private readonly GridMerge _merge = new(jpeg, limits);

    /// <summary>The JPEG to send.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when it is no JPEG, or cannot be made to fit.</exception>
    public byte[] Fit(ReadOnlyMemory<byte> picture)
    {
        var decoded = jpeg.Decode(picture.Span, int.MaxValue);
        var fits = picture.Length <= limits.MaxBytes
            && Math.Min(decoded.Width, decoded.Height) >= limits.MinSide && Math.Max(decoded.Width, decoded.Height) <= limits.MaxSide;
        return fits ? picture.ToArray() : _merge.MergeOne([new GridMember(default, decoded)]).Jpeg;
    }
}
