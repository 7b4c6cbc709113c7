using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tools;

/// <summary>Finds external programs. Thread-safe.</summary>
public sealed class ToolLocator(IOptions<ToolOptions> options)
{
    /// <summary>Full path of ffmpeg.</summary>
    /// <exception cref="VettingException">ToolMissing, with what to install or set.</exception>
    public string Ffmpeg => Require("ffmpeg", options.Value.FfmpegPath, nameof(ToolOptions.FfmpegPath));

    /// <summary>Full path of ffprobe.</summary>
    /// <exception cref="VettingException">ToolMissing, with what to install or set.</exception>
    public string Ffprobe => Require("ffprobe", options.Value.FfprobePath, nameof(ToolOptions.FfprobePath));

    /// <summary>Hardware that decodes, see <see cref="ToolOptions.HardwareDecode"/>.</summary>
    internal string HardwareDecode => options.Value.HardwareDecode;

    /// <summary>Full path of a program given as a path or as a bare name looked up on PATH; null when there is none.</summary>
    public static string? Find(string pathOrName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pathOrName);
        if (pathOrName.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || pathOrName.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(pathOrName) ? Path.GetFullPath(pathOrName) : null;
        }

        var names = OperatingSystem.IsWindows() ? new[] { pathOrName + ".exe", pathOrName } : [pathOrName];
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var name in names)
            {
                var candidate = Path.Combine(folder, name);
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    private static string Require(string tool, string pathOrName, string setting) =>
        Find(pathOrName) ?? throw new VettingException(
            FailureCode.ToolMissing,
            $"{tool} was not found: install it (Debian: apt install ffmpeg) or set {ToolOptions.Section}:{setting}.",
            $"Looked for '{pathOrName}'.");
}
