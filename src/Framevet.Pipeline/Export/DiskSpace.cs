namespace Framevet.Pipeline.Export;

/// <summary>
/// Bytes that an export needs. <paramref name="Final"/>: the finished files; <paramref name="Temporary"/>: what lies beside them at the worst
/// moment; <paramref name="Margin"/>: what stays free whatever is written, so that databases and logs go on.
/// </summary>
internal readonly record struct DiskNeed(long Final, long Temporary = 0, long Margin = DiskNeed.DefaultMargin)
{
    /// <summary>256 MiB.</summary>
    public const long DefaultMargin = 256L * 1024 * 1024;

    /// <summary>All of it.</summary>
    public long Total => Final + Temporary + Margin;
}

/// <summary>Asks for room before writing.</summary>
internal static class DiskSpace
{
    /// <summary>Free bytes of the volume that holds the folder, or the nearest existing folder above it.</summary>
    public static long Free(string folder) => Gauge(folder).Free;

    /// <summary>Free and all bytes of that volume.</summary>
    public static Storage.DiskGauge Gauge(string folder)
    {
        var full = Path.GetFullPath(folder);
        while (!Directory.Exists(full) && Path.GetDirectoryName(full) is { } above)
        {
            full = above;
        }

        var drive = new DriveInfo(full);
        return new Storage.DiskGauge(drive.AvailableFreeSpace, drive.TotalSize);
    }

    /// <summary>Fails when the folder's volume lacks room.</summary>
    /// <exception cref="VettingException">OutOfSpace, with the three numbers.</exception>
    public static void Require(Func<string, long> freeBytes, string folder, DiskNeed need)
    {
        var free = freeBytes(folder);
        if (free < need.Total)
        {
            throw new VettingException(
                FailureCode.OutOfSpace,
                $"Writing the frames needs about {Megabytes(need.Total)} MB ({Megabytes(need.Final)} MB for the files, {Megabytes(need.Temporary)} MB for a while beside them, {Megabytes(need.Margin)} MB that stay free), but only {free / 1_000_000} MB are free on the disk.");
        }
    }

    /// <summary>About what the stills of a picture size take: PNG of natural pictures stays below 60 % of the raw size, lossless WebP below 40 %, JPEG below 25 %, lossy WebP and AVIF below 15 %.</summary>
    public static long Estimate(Probe.MediaInfo media, int stills, StillOptions options)
    {
        var share = options.Format switch
        {
            StillFormat.Png => StillFilters.IsWrittenDeep(media, options) ? 1.2 : 0.6,
            StillFormat.Jpeg => 0.25,
            StillFormat.WebP => options.Lossless ? 0.4 : 0.15,
            _ => 0.15,
        };
        var size = StillFilters.Layout(media, options);
        return (long)(stills * (double)size.Width * size.Height * 3 * share);
    }

    /// <summary>What an export with these options needs: stills and crops, PNGs on their way to AVIF, and a second copy while a zip is packed.</summary>
    public static DiskNeed Of(Probe.MediaInfo media, int stills, ExportOptions options, bool isPacked)
    {
        var each = options.Stills;
        var pictures = stills * (1 + options.Ratios.Length);
        var final = Estimate(media, pictures, each);
        var onTheWay = each.Format == StillFormat.Avif ? Estimate(media, pictures, each with { Format = StillFormat.Png }) : 0;
        return new DiskNeed(final, onTheWay + (isPacked ? final : 0), options.MarginMegabytes * 1024L * 1024);
    }

    private static long Megabytes(long bytes) => (bytes + 999_999) / 1_000_000;
}
