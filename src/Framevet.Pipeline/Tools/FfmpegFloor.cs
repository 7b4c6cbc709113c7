namespace Framevet.Pipeline.Tools;

/// <summary>
/// The oldest upstream releases of ffmpeg without the known hole CVE-2026-8461 (a write past a buffer in the MagicYUV decoder, reachable by looking at a file). Distributions carry
/// fixes back under older numbers, so an older one is a warning, not a fault.
/// </summary>
internal static class FfmpegFloor
{
    private static readonly Version[] Fixed = [new(7, 1, 5), new(8, 0, 3), new(8, 1, 2)];

    /// <summary>How a version stands; null = a build that does not tell its version.</summary>
    public static ToolReport Report(Version? version)
    {
        const string Name = "ffmpeg security";
        const string Fix = "Update ffmpeg, or set Tools:FfmpegPath and Tools:FfprobePath to a patched build.";
        if (version is null)
        {
            return new ToolReport(Name, ToolState.Limited, "this build does not tell its version; whether it has the fix of CVE-2026-8461 is not known", Fix);
        }

        return IsFixed(version)
            ? new ToolReport(Name, ToolState.Ready, $"{version} has the fix of CVE-2026-8461", null)
            : new ToolReport(Name, ToolState.Limited, $"{version} is older than the releases with the fix of CVE-2026-8461 ({string.Join(", ", Fixed.Select(f => f.ToString()))}); a distribution may have carried it back", Fix);
    }

    /// <summary>Whether the version is at or above the fix of its branch; branches after the last one have it.</summary>
    public static bool IsFixed(Version version)
    {
        var whole = new Version(version.Major, version.Minor, Math.Max(0, version.Build));
        return Array.Find(Fixed, f => f.Major == whole.Major && f.Minor == whole.Minor) is { } branch ? whole >= branch : whole > Fixed[^1];
    }
}
