namespace Framevet.Pipeline.Tools;

/// <summary>What this machine has for computing models besides its processor. Asks files only, no program and no driver.</summary>
public static class GraphicsCard
{
    private const string DriverFolder = "/proc/driver/nvidia/gpus";

    /// <summary>Name of the first card that the driver shows, e.g. <c>NVIDIA H200</c>; null when there is none, or no driver.</summary>
    public static string? Find()
    {
        try
        {
            return Directory.Exists(DriverFolder)
                ? Directory.EnumerateDirectories(DriverFolder).Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "information")).Where(File.Exists).SelectMany(File.ReadLines)
                    .Where(l => l.StartsWith("Model:", StringComparison.Ordinal)).Select(l => l["Model:".Length..].Trim()).FirstOrDefault()
                : null;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            // A driver that does not tell its cards is no use to us either.
            return null;
        }
    }
}
