namespace Framevet.Pipeline.Probe;

/// <summary>
/// Declared sizes of picture formats. Sources: GIF89a §18 and §20, PNG (W3C) §5 and §11, JPEG T.81 annex B, WebP container specification,
/// BITMAPINFOHEADER, TIFF 6.0 §2. Numbers beyond int are clamped: they are over any limit anyway.
/// </summary>
internal static class PictureHeader
{
    /// <summary>Most chunks, markers or fields looked at: a file cannot keep the reader busy.</summary>
    private const int MaxSteps = 500;

    /// <summary>Most blocks of a GIF looked at: some 25 MB of pictures, some 10 ms.</summary>
    private const int MaxBlocks = 100_000;

    /// <summary>The largest of screen and pictures, as a decoder may allocate it, and how many pictures there are; a file of very many blocks keeps the rest of them to itself.</summary>
    public static MediaHeader Gif(HeaderReader reader)
    {
        int? width = reader.U16(6, bigEndian: false), height = reader.U16(8, bigEndian: false);
        int? frames = 0;
        var at = 13 + Palette(reader.Bytes(10, 1));
        for (var step = 0; reader.Bytes(at, 1) is [(0x2C or 0x21) and var block]; step++)
        {
            if (block == 0x2C)
            {
                frames++;
                width = Max(width, reader.U16(at + 1, false) + reader.U16(at + 5, false));
                height = Max(height, reader.U16(at + 3, false) + reader.U16(at + 7, false));
                at += 11 + Palette(reader.Bytes(at + 9, 1));
            }
            else
            {
                at += 2;
            }

            for (byte[] size; (size = reader.Bytes(at, 1)) is [> 0]; step++)
            {
                at += 1 + size[0];
            }

            at++;
            if (step >= MaxBlocks)
            {
                frames = null;
                break;
            }
        }

        return new MediaHeader(MediaFormat.Gif, width, height, IsAnimated: true, Frames: frames > 0 ? frames : null);
    }

    /// <summary>An acTL chunk before the first IDAT makes it an animation; eXIf may turn it.</summary>
    public static MediaHeader Png(HeaderReader reader)
    {
        int? width = Clamp(reader.U32(16, true)), height = Clamp(reader.U32(20, true));
        var (orientation, isAnimated, frames) = (1, false, (int?)null);
        long at = 8;
        for (var step = 0; step < MaxSteps && reader.U32(at, true) is { } length; step++)
        {
            switch (reader.Name(at + 4))
            {
                case "acTL":
                    (isAnimated, frames) = (true, Clamp(reader.U32(at + 8, true)));
                    break;
                case "eXIf":
                    orientation = TiffFields(reader, at + 8).Orientation;
                    break;
                case "IDAT" or "IEND":
                    step = MaxSteps;
                    break;
            }

            at += 12 + length;
        }

        return new MediaHeader(isAnimated ? MediaFormat.Apng : MediaFormat.Png, width, height, orientation, isAnimated, frames);
    }

    /// <summary>Walks the markers to the start of frame; APP1 Exif tells the orientation.</summary>
    public static MediaHeader Jpeg(HeaderReader reader)
    {
        var orientation = 1;
        long at = 2;
        for (var step = 0; step < MaxSteps; step++)
        {
            if (reader.Bytes(at, 2) is not [0xFF, var marker])
            {
                break;
            }

            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            // Start of frame, any coding; not DHT (C4), JPG (C8) and DAC (CC) that lie in the same range.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return new MediaHeader(MediaFormat.Jpeg, reader.U16(at + 7, true), reader.U16(at + 5, true), orientation);
            }

            if (marker == 0xE1 && reader.Bytes(at + 4, 6).AsSpan().SequenceEqual("Exif\0\0"u8))
            {
                orientation = TiffFields(reader, at + 10).Orientation;
            }

            at += 2 + (reader.U16(at + 2, true) ?? MaxSteps);
        }

        return new MediaHeader(MediaFormat.Jpeg, Orientation: orientation);
    }

    /// <summary>VP8X, VP8L or VP8 chunk; EXIF lies behind the picture in extended files.</summary>
    public static MediaHeader Webp(HeaderReader reader)
    {
        switch (reader.Name(12))
        {
            case "VP8X":
                var flags = reader.Bytes(20, 1) is [var b] ? b : 0;
                return new MediaHeader(MediaFormat.Webp, reader.U24(24) + 1, reader.U24(27) + 1, (flags & 0x08) != 0 ? WebpOrientation(reader) : 1, (flags & 0x02) != 0);
            case "VP8L":
                var bits = reader.U32(21, false);
                return new MediaHeader(MediaFormat.Webp, (int?)(bits & 0x3FFF) + 1, (int?)((bits >> 14) & 0x3FFF) + 1);
            default:
                return new MediaHeader(MediaFormat.Webp, reader.U16(26, false) & 0x3FFF, reader.U16(28, false) & 0x3FFF);
        }
    }

    /// <summary>Windows and OS/2 headers; a negative height means top-down.</summary>
    public static MediaHeader Bmp(HeaderReader reader) =>
        reader.U32(14, false) == 12
            ? new MediaHeader(MediaFormat.Bmp, reader.U16(18, false), reader.U16(20, false))
            : new MediaHeader(MediaFormat.Bmp, Clamp(reader.U32(18, false)), Clamp(Math.Abs((long)(int)(reader.U32(22, false) ?? 0))));

    /// <summary>Fields of the first directory.</summary>
    public static MediaHeader Tiff(HeaderReader reader)
    {
        var (width, height, orientation) = TiffFields(reader, 0);
        return new MediaHeader(MediaFormat.Tiff, width, height, orientation);
    }

    private static int WebpOrientation(HeaderReader reader)
    {
        long at = 12;
        for (var step = 0; step < MaxSteps && reader.U32(at + 4, false) is { } length; step++)
        {
            if (reader.Name(at) == "EXIF")
            {
                var hasPrefix = reader.Bytes(at + 8, 6).AsSpan().SequenceEqual("Exif\0\0"u8);
                return TiffFields(reader, at + (hasPrefix ? 14 : 8)).Orientation;
            }

            at += 8 + length + (length & 1);
        }

        return 1;
    }

    /// <summary>Tags 256 (width), 257 (height) and 274 (orientation) of the directory at <paramref name="start"/>.</summary>
    private static (int? Width, int? Height, int Orientation) TiffFields(HeaderReader reader, long start)
    {
        var bigEndian = reader.Bytes(start, 2) is [(byte)'M', _];
        (int? width, int? height, var orientation) = (null, null, 1);
        var directory = start + (reader.U32(start + 4, bigEndian) ?? long.MaxValue / 2);
        var fields = Math.Min(reader.U16(directory, bigEndian) ?? 0, MaxSteps);
        for (var i = 0; i < fields; i++)
        {
            var field = directory + 2 + (i * 12);
            var value = reader.U16(field + 2, bigEndian) == 3 ? reader.U16(field + 8, bigEndian) : reader.U32(field + 8, bigEndian);
            switch (reader.U16(field, bigEndian))
            {
                case 256:
                    width = Clamp(value);
                    break;
                case 257:
                    height = Clamp(value);
                    break;
                case 274 when value is >= 1 and <= 8:
                    orientation = (int)value;
                    break;
            }
        }

        return (width, height, orientation);
    }

    /// <summary>Bytes of the colour table that a GIF's flags announce.</summary>
    private static long Palette(byte[] flags) => flags is [var b] && (b & 0x80) != 0 ? 3 << ((b & 7) + 1) : 0;

    private static int? Clamp(long? value) => value is { } v ? (int)Math.Min(v, int.MaxValue) : null;

    private static int? Max(int? a, int? b) => a is { } x && b is { } y ? Math.Max(x, y) : a ?? b;
}
