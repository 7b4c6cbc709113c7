using Framevet.Data.Queries;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.Web.Components.Pages.Gallery;
using Microsoft.Extensions.Caching.Memory;

namespace Framevet.Web.Api;

/// <summary>
/// A run as one picture: a column of one pixel for each frame (or the first of those that share it), in which each pixel is the mean of a row of the frame. What no verdict allows is hatched
/// grey, whoever asks: a strip is looked at by everybody who stands behind. Keeps the colours of columns, asks the verdict each time. Thread-safe.
/// </summary>
public sealed class TimeStrip(IBlobStore blobs, JpegCodec codec, GalleryQuery gallery, FrameLookQuery looks) : IDisposable
{
    /// <summary>Height in pixels.</summary>
    public const int Height = 32;

    private const int MaxColumns = 200_000; // 20 MB
    private const int Side = 64; // px: a thumbnail is decoded no larger than this

    private readonly MemoryCache _columns = new(new MemoryCacheOptions { SizeLimit = MaxColumns });

    /// <summary>The strip as PNG; null while the run has no frames.</summary>
    public async Task<byte[]?> GetAsync(RunId run, CancellationToken ct)
    {
        var frames = (await gallery.ColumnsAsync(run, ct)).Pts;
        if (frames.IsEmpty)
        {
            return null;
        }

        var width = Math.Min(frames.Length, TimelineStrips.MostColumns);
        long[] stamps = [.. Enumerable.Range(0, width).Select(c => frames[TimelineStrips.FirstOf(c, frames.Length, width)])];
        var known = await looks.ManyAsync(run, stamps, ct);
        var pixels = new byte[width * Height * 3];
        for (var column = 0; column < width; column++)
        {
            var colours = known.GetValueOrDefault(stamps[column]) is { IsAllowed: true, ThumbKey: { } key } ? await ColoursAsync(key, ct) : null;
            for (var y = 0; y < Height; y++)
            {
                var target = pixels.AsSpan(((y * width) + column) * 3, 3);
                if (colours is null)
                {
                    target.Fill((byte)((column + y) % 8 < 4 ? 88 : 104));
                }
                else
                {
                    colours.AsSpan(y * 3, 3).CopyTo(target);
                }
            }
        }

        return PngPicture.Write(new RgbImage(width, Height, pixels));
    }

    public void Dispose() => _columns.Dispose();

    // Null when the thumbnail was removed.
    private async Task<byte[]?> ColoursAsync(string key, CancellationToken ct)
    {
        if (_columns.TryGetValue(key, out byte[]? known))
        {
            return known;
        }

        await using var stream = await blobs.OpenReadAsync(key, ct);
        if (stream is null)
        {
            return null;
        }

        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, ct);
        return _columns.Set(key, Column(codec.Decode(memory.GetBuffer().AsSpan(0, (int)memory.Length), Side)), new MemoryCacheEntryOptions { Size = 1 });
    }

    /// <summary>Means over the rows of a picture, <see cref="Height"/> colours of three bytes from the top.</summary>
    internal static byte[] Column(RgbImage picture)
    {
        var column = new byte[Height * 3];
        for (var i = 0; i < Height; i++)
        {
            var (from, to) = (i * picture.Height / Height, Math.Max((i * picture.Height / Height) + 1, (i + 1) * picture.Height / Height));
            var sums = (R: 0L, G: 0L, B: 0L);
            for (var p = from * picture.Width; p < to * picture.Width; p++)
            {
                sums = (sums.R + picture.Pixels[3 * p], sums.G + picture.Pixels[(3 * p) + 1], sums.B + picture.Pixels[(3 * p) + 2]);
            }

            var count = (long)(to - from) * picture.Width;
            (column[3 * i], column[(3 * i) + 1], column[(3 * i) + 2]) = ((byte)(sums.R / count), (byte)(sums.G / count), (byte)(sums.B / count));
        }

        return column;
    }
}
