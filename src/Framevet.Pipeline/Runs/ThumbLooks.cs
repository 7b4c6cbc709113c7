using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Runs;

/// <summary>Looks from the stored thumbnails. Thread-safe.</summary>
internal sealed class ThumbLooks(IBlobStore blobs, JpegCodec jpeg) : ILooks
{
    // The decoder's own scaling is exact enough above twice the size of a look.
    private const int MaxSide = 4 * ILooks.Side;

    /// <inheritdoc/>
    public async ValueTask<float[]?> OfAsync(Candidate candidate, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.ThumbKey is not { } key || await BytesAsync(key, ct).ConfigureAwait(false) is not { } bytes)
        {
            return null;
        }

        var image = jpeg.Decode(bytes, MaxSide);
        var luma = new byte[image.Width * image.Height];
        for (var i = 0; i < luma.Length; i++)
        {
            var (r, g, b) = (image.Pixels[3 * i], image.Pixels[(3 * i) + 1], image.Pixels[(3 * i) + 2]);
            luma[i] = (byte)(((299 * r) + (587 * g) + (114 * b) + 500) / 1000);
        }

        var look = new float[ILooks.Side * ILooks.Side];
        AreaScaler.Scale(luma, image.Width, image.Height, look, ILooks.Side, ILooks.Side);
        return look;
    }

    private async Task<byte[]?> BytesAsync(string key, CancellationToken ct)
    {
        var stream = await blobs.OpenReadAsync(key, ct).ConfigureAwait(false);
        if (stream is null)
        {
            return null;
        }

        await using (stream.ConfigureAwait(false))
        {
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, ct).ConfigureAwait(false);
            return bytes.ToArray();
        }
    }
}
