using System.Buffers.Binary;
using System.IO.Compression;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>Writes a picture made here as PNG (ISO 15948): 8-bit RGB, each row predicted from the one above.</summary>
public static class PngPicture
{
    /// <summary>The file.</summary>
    public static byte[] Write(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        (header[8], header[9]) = (8, 2);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Packed(image));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Packed(RgbImage image)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var stride = image.Width * 3;
            var row = new byte[stride + 1];
            row[0] = 2;
            for (var y = 0; y < image.Height; y++)
            {
                var pixels = image.Pixels.AsSpan(y * stride, stride);
                for (var x = 0; x < stride; x++)
                {
                    row[x + 1] = (byte)(pixels[x] - (y == 0 ? 0 : image.Pixels[((y - 1) * stride) + x]));
                }

                deflate.Write(row);
            }
        }

        return packed.ToArray();
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        byte[] body = [.. type, .. content];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, XmpEmbedding.Crc(body));
        file.Write(number);
    }
}
