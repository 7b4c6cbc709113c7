using Framevet.Pipeline;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Caching.Memory;

namespace Framevet.Web.Api;

/// <summary>Keeps blurred pictures, which are tiny, so that a gallery full of them costs no decoding. Thread-safe.</summary>
public sealed class BlurCache(JpegCodec codec) : IDisposable
{
    private const long MaxBytes = 32L << 20;

    private readonly MemoryCache _blurred = new(new MemoryCacheOptions { SizeLimit = MaxBytes });

    /// <summary>The blurred picture of a thumbnail, as strong and as grey as <paramref name="look"/> says.</summary>
    /// <exception cref="VettingException">NotFound when there is no such blob.</exception>
    public async Task<byte[]> GetAsync(IBlobStore blobs, string thumbKey, CareLook look, CancellationToken ct)
    {
        var isHit = _blurred.TryGetValue((thumbKey, look), out byte[]? known);
        Pipeline.Telemetry.PipelineMeter.CountCache("blurred", isHit);
        if (isHit)
        {
            return known!;
        }

        await using var stream = await blobs.OpenReadAsync(thumbKey, ct) ?? throw new VettingException(FailureCode.NotFound, "The picture of this frame is gone.");
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, ct);
        var blurred = codec.Blur(memory.GetBuffer().AsSpan(0, (int)memory.Length), look.Strength, look.IsGrey);
        return _blurred.Set((thumbKey, look), blurred, new MemoryCacheEntryOptions { Size = blurred.Length });
    }

    public void Dispose() => _blurred.Dispose();
}
