namespace Framevet.Pipeline.Probe;

/// <summary>
/// What the first bytes of a file declare: the gate before any decoder. Sizes are null where the container keeps them deeper
/// (ffprobe finds them then). <paramref name="Orientation"/>: EXIF 1..8, 1 when not told. <paramref name="Frames"/>: pictures of an animation, null = not told.
/// </summary>
internal sealed record MediaHeader(MediaFormat Format, int? Width = null, int? Height = null, int Orientation = 1, bool IsAnimated = false, int? Frames = null)
{
    /// <summary>Reads the header in pure managed code: at most a few hundred kilobytes of the file, of a GIF, whose pictures have no table, the beginnings of up to 100,000 blocks.</summary>
    /// <param name="stream">Seekable, positioned anywhere.</param>
    /// <param name="name">The user's name of the file, for messages.</param>
    /// <exception cref="VettingException">UnsupportedMedia for what is no media, SourceRefused for playlists, scripts and markup in disguise.</exception>
    public static MediaHeader Read(Stream stream, string name)
    {
        if (stream.Length == 0)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{name} is empty.");
        }

        var reader = new HeaderReader(stream);
        var head = reader.Bytes(0, 512);
        return Picture(reader, head) ?? Container(reader, head) ?? throw Disguise.Describe(head, name);
    }

    /// <summary>Checks the declared size and number of frames.</summary>
    /// <exception cref="VettingException">SourceRefused, SourceTooLarge.</exception>
    public void Check(MediaLimits limits, string name)
    {
        CheckSize(Width, Height, limits, name);
        CheckFrames(Frames, limits, name);
    }

    /// <summary>Checks a number of frames, wherever it comes from; null = not told.</summary>
    /// <exception cref="VettingException">SourceTooLarge.</exception>
    public static void CheckFrames(int? frames, MediaLimits limits, string name)
    {
        if (frames > limits.MaxFrames)
        {
            throw new VettingException(FailureCode.SourceTooLarge, $"{name} declares {frames} frames; at most {limits.MaxFrames} are allowed.");
        }
    }

    /// <summary>Checks a size, wherever it comes from.</summary>
    /// <exception cref="VettingException">SourceRefused.</exception>
    public static void CheckSize(int? width, int? height, MediaLimits limits, string name)
    {
        if (width is not { } w || height is not { } h)
        {
            return;
        }

        if (w < 1 || h < 1)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{name} declares a picture of {w}x{h} pixels, which is none.");
        }

        if (Math.Max(w, h) > limits.MaxSide || (long)w * h > limits.MaxPixels)
        {
            throw new VettingException(FailureCode.SourceRefused, $"{name} declares a picture of {w}x{h} pixels; at most {limits.MaxSide} a side and {limits.MaxPixels / 1_000_000} megapixels are allowed.");
        }
    }

    private static MediaHeader? Picture(HeaderReader reader, byte[] head)
    {
        if (Starts(head, "GIF87a"u8) || Starts(head, "GIF89a"u8))
        {
            return PictureHeader.Gif(reader);
        }

        if (Starts(head, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return PictureHeader.Png(reader);
        }

        if (Starts(head, [0xFF, 0xD8, 0xFF]))
        {
            return PictureHeader.Jpeg(reader);
        }

        if (Starts(head, "RIFF"u8) && At(head, 8, "WEBP"u8))
        {
            return PictureHeader.Webp(reader);
        }

        if (Starts(head, "BM"u8) && head.Length > 26 && head[15] == 0 && head[16] == 0 && head[17] == 0)
        {
            return PictureHeader.Bmp(reader);
        }

        return Starts(head, [0x49, 0x49, 0x2A, 0x00]) || Starts(head, [0x4D, 0x4D, 0x00, 0x2A]) ? PictureHeader.Tiff(reader) : null;
    }

    private static MediaHeader? Container(HeaderReader reader, byte[] head)
    {
        var format =
            IsMov(head) ? MediaFormat.Mov
            : Starts(head, [0x1A, 0x45, 0xDF, 0xA3]) ? MediaFormat.Matroska
            : Starts(head, "RIFF"u8) && At(head, 8, "AVI "u8) ? MediaFormat.Avi
            : Starts(head, "RIFF"u8) && At(head, 8, "WAVE"u8) ? MediaFormat.Wav
            : Starts(head, "FLV\u0001"u8) ? MediaFormat.Flv
            : Starts(head, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) ? MediaFormat.Asf
            : Starts(head, "OggS"u8) ? MediaFormat.Ogg
            : Starts(head, [0x00, 0x00, 0x01, 0xBA]) ? MediaFormat.MpegPs
            : Starts(head, [0x06, 0x0E, 0x2B, 0x34]) ? MediaFormat.Mxf
            : Starts(head, "DKIF"u8) ? MediaFormat.Ivf
            : IsTransportStream(reader, 188, 0) || IsTransportStream(reader, 192, 4) ? MediaFormat.MpegTs
            : Starts(head, "fLaC"u8) ? MediaFormat.Flac
            : Starts(head, "ID3"u8) || (head.Length > 2 && head[0] == 0xFF && (head[1] & 0xE6) is 0xE2) ? MediaFormat.Mp3
            : head.Length > 2 && head[0] == 0xFF && (head[1] & 0xF6) == 0xF0 ? MediaFormat.Aac
            : null;
        return format is null ? null : new MediaHeader(format);
    }

    /// <summary>A first box with a known name; not a HEIF picture, which this product does not read.</summary>
    private static bool IsMov(byte[] head)
    {
        if (At(head, 4, "ftyp"u8))
        {
            return !At(head, 8, "heic"u8) && !At(head, 8, "heix"u8) && !At(head, 8, "mif1"u8) && !At(head, 8, "avif"u8);
        }

        return At(head, 4, "moov"u8) || At(head, 4, "mdat"u8) || At(head, 4, "free"u8) || At(head, 4, "skip"u8) || At(head, 4, "wide"u8) || At(head, 4, "pnot"u8);
    }

    private static bool IsTransportStream(HeaderReader reader, int packet, int offset)
    {
        for (var i = 0; i < 4; i++)
        {
            if (reader.Bytes(offset + (i * packet), 1) is not [0x47])
            {
                return false;
            }
        }

        return true;
    }

    private static bool Starts(byte[] head, ReadOnlySpan<byte> magic) => At(head, 0, magic);

    private static bool At(byte[] head, int offset, ReadOnlySpan<byte> magic) => head.Length >= offset + magic.Length && head.AsSpan(offset, magic.Length).SequenceEqual(magic);
}
