using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Caching.Memory;

namespace Framevet.Web.Api;

/// <summary>
/// Cuts faces out of the pictures of frames and keeps the small results. A frame that may not be seen gives a piece of its blurred picture: blurring the piece
/// instead would leave more of the face than the blurred frame shows. Thread-safe.
/// </summary>
internal sealed class FaceCrops(IBlobStore blobs, BlurCache blurs, ExportDesk desk, JpegCodec codec) : IDisposable
{
    private const long MaxBytes = 32L << 20;
    private const int Quality = 85;

    // Crops are shown at some 50 CSS pixels, on screens of double density. A face with too few pixels in the thumbnail is cut from the full still, which takes longer.
    private const int Wanted = 128;
    private const int Least = 48;

    private readonly MemoryCache _made = new(new MemoryCacheOptions { SizeLimit = MaxBytes });

    /// <summary>JPEG of the face and a little around it, square where the frame has room.</summary>
    /// <exception cref="VettingException">NotFound when a picture is gone, and what decoding a still may bring.</exception>
    public async Task<byte[]> GetAsync(Run run, long pts, FaceMark mark, FrameLook look, bool isClear, CancellationToken ct)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{run.Id}/{pts}/{mark.Box}/{isClear}");
        if (_made.TryGetValue(key, out byte[]? known))
        {
            return known!;
        }

        var crop = isClear
            ? await ClearAsync(run, pts, mark, look.ThumbKey!, ct)
            : FaceFrame.Cut(codec.Decode(await blurs.GetAsync(blobs, look.ThumbKey!, CareLook.Strongest, ct), int.MaxValue), mark.Box);
        var jpeg = codec.Encode(crop, Quality);
        return _made.Set(key, jpeg, new MemoryCacheEntryOptions { Size = jpeg.Length });
    }

    public void Dispose() => _made.Dispose();

    private async Task<RgbImage> ClearAsync(Run run, long pts, FaceMark mark, string thumbKey, CancellationToken ct)
    {
        var small = FaceFrame.Cut(codec.Decode(await ReadAsync(thumbKey, ct), int.MaxValue), mark.Box);
        if (Math.Max(small.Width, small.Height) >= Least || run.Media is not { } media || run.Upkeep.SourceRemovedAt is not null)
        {
            return small;
        }

        var still = await ReadAsync(await desk.FullFrameAsync(run.Id, new Pts(pts, media.TimeBase), ct), ct);

        // The decoder scales by itself: a small crop needs no more of the still than it shows.
        var share = FaceFrame.Around(mark.Box, media.Width, media.Height).Width / (double)Math.Max(media.Width, media.Height);
        return FaceFrame.Cut(codec.Decode(still, (int)(Wanted / share)), mark.Box);
    }

    private async Task<byte[]> ReadAsync(string key, CancellationToken ct)
    {
        await using var stream = await blobs.OpenReadAsync(key, ct) ?? throw new VettingException(FailureCode.NotFound, "The picture of this frame is gone.");
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, ct);
        return memory.ToArray();
    }
}
