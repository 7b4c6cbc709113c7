namespace Framevet.Pipeline.Export;

/// <summary>Asks for room before writing.</summary>
internal static class DiskSpace
{
    /// <summary>What stays free whatever is written, so that databases and logs go on.</summary>
    private const long Reserve = 256L * 1024 * 1024;

    /// <summary>Fails when the folder's volume lacks room for <paramref name="bytes"/> and the reserve.</summary>
    /// <exception cref="VettingException">OutOfSpace.</exception>
    public static void Require(string folder, long bytes)
    {
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (free < bytes + Reserve)
        {
            throw new VettingException(
                FailureCode.OutOfSpace,
                $"Writing the frames needs about {Megabytes(bytes + Reserve)} MB, but only {Megabytes(free)} MB are free on the disk.");
        }
    }

    /// <summary>About what the stills of a picture size take: PNG of natural pictures stays below 60 % of the raw size, JPEG below 25 %.</summary>
    public static long Estimate(Probe.MediaInfo media, int stills, StillOptions options) =>
        (long)(stills * (double)media.Width * media.Height * 3 * (options.Format == StillFormat.Jpeg ? 0.25 : options.Deep ? 1.2 : 0.6));

    private static long Megabytes(long bytes) => (bytes + 999_999) / 1_000_000;
}
