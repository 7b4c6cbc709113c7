using System.Globalization;
using System.Text;

namespace Framevet.Pipeline.Probe;

/// <summary>
/// A word for everything in the head of a JPEG or PNG that decides how it is decoded: size, sampling, depth, shape of pixels, colours, orientation. Pictures with the same word have the same
/// facts, so one of them is probed for all, and one decoder takes them after each other. Sources: JPEG T.81 annex B, PNG (W3C) §11.
/// </summary>
internal static class PictureKin
{
    private const int MaxSteps = 200;

    // Longer segments of a JPEG's head are profiles and previews, which no decoder of ours looks at.
    private const int MaxSegment = 256;

    /// <summary>The word; null for other formats, animations, and heads that are not whole.</summary>
    public static string? Of(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 4096, FileOptions.RandomAccess);
            var reader = new HeaderReader(stream);
            return reader.Bytes(0, 8) switch
            {
                [0xFF, 0xD8, 0xFF, ..] => Jpeg(reader),
                [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A] => Png(reader),
                _ => null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Jpeg(HeaderReader reader)
    {
        var word = new StringBuilder("jpeg").Append(PictureHeader.Jpeg(reader).Orientation);
        var (hasFrame, hasTables, hasCodes) = (false, false, false);
        long at = 2;
        for (var step = 0; step < MaxSteps && reader.Bytes(at, 2) is [0xFF, var marker]; step++)
        {
            if (reader.U16(at + 2, true) is not { } length)
            {
                return null;
            }

            switch (marker)
            {
                case 0xDA:
                    // A picture without tables of its own would take those of the picture before.
                    return hasFrame && hasTables && hasCodes ? word.ToString() : null;
                case 0xDB:
                    hasTables = true;
                    break;
                case 0xC4:
                    hasCodes = true;
                    break;
                case 0xDD or 0xE1 or 0xE2 or 0xED:
                    // Restart intervals belong to the data; Exif (its orientation is told above), profiles and captions change no pixel.
                    break;
                default:
                    hasFrame |= marker is >= 0xC0 and <= 0xCF;
                    Append(word, marker.ToString("x2", CultureInfo.InvariantCulture), reader.Bytes(at + 4, Math.Min(length - 2, MaxSegment)));
                    break;
            }

            at += 2 + length;
        }

        return null;
    }

    private static string? Png(HeaderReader reader)
    {
        var word = new StringBuilder("png").Append(PictureHeader.Png(reader).Orientation);
        long at = 8;
        for (var step = 0; step < MaxSteps && reader.U32(at, true) is { } length; step++)
        {
            var name = reader.Name(at + 4);
            switch (name)
            {
                case "IDAT":
                    return word.ToString();
                case "acTL" or "IEND":
                    return null;
                case "tEXt" or "zTXt" or "iTXt" or "tIME" or "eXIf":
                    break;
                case "PLTE" or "tRNS" or "iCCP":
                    word.Append(name);
                    break;
                default:
                    Append(word, name, reader.Bytes(at + 8, (int)Math.Min(length, MaxSegment)));
                    break;
            }

            at += 12 + length;
        }

        return null;
    }

    private static void Append(StringBuilder word, string name, byte[] content) => word.Append(name).Append(Convert.ToHexString(content));
}
