using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Ingest.Links;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tools;

/// <summary>Looks whether everything outside this program is there and can do what is asked of it: for <c>framevet doctor</c> and the Settings page.</summary>
public sealed partial class ToolCheck(IOptions<ToolOptions> options, TimeProvider time, YtDlpHealth? links = null)
{
    /// <summary>-fps_mode and the demuxer options used here exist since this version.</summary>
    private static readonly Version MinimumFfmpeg = new(5, 1);

    /// <summary>The operators <c>->></c> of JSON exist since this version.</summary>
    private static readonly Version MinimumSqlite = new(3, 38);

    private static readonly string[] Filters =
        ["colormatrix", "format", "hflip", "negate", "premultiply", "scale", "select", "showinfo", "transpose", "vflip"];

    private static readonly string[] NeededDecoders = ["h264", "hevc", "vp8", "vp9", "mpeg4", "mjpeg", "png", "gif"];

    private static readonly string[] WantedDecoders = ["apng", "bmp", "prores", "theora", "tiff", "webp"];

    private static readonly string[] Av1Decoders = ["libdav1d", "libaom-av1", "av1"];

    /// <summary>One report per tool, in a fixed order. Never throws for a missing or broken tool.</summary>
    public async Task<ImmutableArray<ToolReport>> CheckAsync(CancellationToken ct) =>
    [
        await FfmpegAsync(ct).ConfigureAwait(false),
        .. await FloorAsync(ct).ConfigureAwait(false),
        await FfprobeAsync(ct).ConfigureAwait(false),
        TurboJpeg.IsAvailable
            ? new ToolReport("libturbojpeg", ToolState.Ready, "loaded", null)
            : new ToolReport("libturbojpeg", ToolState.Missing, "not found", "Install it (Debian: apt install libturbojpeg0)."),
        Sqlite(),
        await StillsAsync(ct).ConfigureAwait(false),
        ToolSandbox.Report(),
        .. links is null ? [] : await links.CheckAsync(ct).ConfigureAwait(false),
    ];

    /// <summary>Reads the version from the first line of <c>-version</c>; null for development builds, which carry a revision instead.</summary>
    internal static Version? ParseVersion(string text)
    {
        var match = VersionNumber().Match(text);
        return match.Success && Version.TryParse(match.Groups[1].Value, out var version) ? version : null;
    }

    /// <summary>Nothing to say where there is no ffmpeg: that is said elsewhere.</summary>
    private async Task<ImmutableArray<ToolReport>> FloorAsync(CancellationToken ct)
    {
        if (ToolLocator.Find(options.Value.FfmpegPath) is not { } path)
        {
            return [];
        }

        try
        {
            return [FfmpegFloor.Report(ParseVersion(FirstLine(await AskAsync(path, "-version", ct).ConfigureAwait(false))))];
        }
        catch (VettingException)
        {
            return [];
        }
    }

    private static ToolReport Sqlite()
    {
        string[] names = OperatingSystem.IsWindows() ? ["e_sqlite3", "winsqlite3"] : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"] : ["libsqlite3.so.0", "e_sqlite3"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, typeof(ToolCheck).Assembly, null, out var library))
            {
                return SqliteVersion(library) is { } version && version < MinimumSqlite
                    ? new ToolReport("libsqlite3", ToolState.Broken, $"{name} is version {version}; queries need {MinimumSqlite}", "Update it (Debian 12 has 3.40).")
                    : new ToolReport("libsqlite3", ToolState.Ready, $"loaded ({name}, version {SqliteVersion(library)?.ToString() ?? "unknown"})", null);
            }
        }

        return new ToolReport("libsqlite3", ToolState.Missing, "not found", "Install it (Debian: apt install libsqlite3-0).");
    }

    private static Version? SqliteVersion(IntPtr library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion", out var export)
        && Version.TryParse(Marshal.PtrToStringUTF8(Marshal.GetDelegateForFunctionPointer<LibraryVersion>(export)()), out var version) ? version : null;

    private async Task<ToolReport> FfmpegAsync(CancellationToken ct)
    {
        const string Name = "ffmpeg";
        const string Install = "Install it (Debian: apt install ffmpeg) or set Tools:FfmpegPath.";
        if (ToolLocator.Find(options.Value.FfmpegPath) is not { } path)
        {
            return new ToolReport(Name, ToolState.Missing, $"'{options.Value.FfmpegPath}' not found", Install);
        }

        try
        {
            var first = FirstLine(await AskAsync(path, "-version", ct).ConfigureAwait(false));
            if (ParseVersion(first) is { } version && version < MinimumFfmpeg)
            {
                return new ToolReport(Name, ToolState.Broken, $"{path}: {first}", $"Install version {MinimumFfmpeg} or newer.");
            }

            var filters = Words(await AskAsync(path, "-filters", ct).ConfigureAwait(false));
            var decoders = Words(await AskAsync(path, "-decoders", ct).ConfigureAwait(false));
            string[] missing = [.. Filters.Where(f => !filters.Contains(f)).Select(f => $"filter {f}"), .. NeededDecoders.Where(d => !decoders.Contains(d)).Select(d => $"decoder {d}")];
            if (missing.Length > 0)
            {
                return new ToolReport(Name, ToolState.Broken, $"{path}: lacks {string.Join(", ", missing)}", "Install a complete build of ffmpeg.");
            }

            var hardware = HardwareList.Parse(await AskAsync(path, "-hwaccels", ct).ConfigureAwait(false));
            if (options.Value.HardwareDecode is not ("off" or "auto") && !hardware.Contains(options.Value.HardwareDecode))
            {
                return new ToolReport(Name, ToolState.Limited, $"{path}: {first}; does not offer the hardware decoder {options.Value.HardwareDecode}, only {Listed(hardware)}; decodes in software", "Set Tools:HardwareDecode.");
            }

            string[] wanted = [.. WantedDecoders.Where(d => !decoders.Contains(d)), .. Av1Decoders.Any(decoders.Contains) ? Array.Empty<string>() : ["av1"]];
            return wanted.Length > 0
                ? new ToolReport(Name, ToolState.Limited, $"{path}: {first}; cannot decode {string.Join(", ", wanted)}", "Install a complete build of ffmpeg to vet these formats.")
                : new ToolReport(Name, ToolState.Ready, $"{path}: {first}; hardware decoders: {Listed(hardware)}; in use: {options.Value.HardwareDecode}", null);
        }
        catch (VettingException e)
        {
            return new ToolReport(Name, ToolState.Broken, e.Message, Install);
        }
    }

    private async Task<ToolReport> FfprobeAsync(CancellationToken ct)
    {
        const string Name = "ffprobe";
        const string Install = "Install it (it comes with ffmpeg) or set Tools:FfprobePath.";
        if (ToolLocator.Find(options.Value.FfprobePath) is not { } path)
        {
            return new ToolReport(Name, ToolState.Missing, $"'{options.Value.FfprobePath}' not found", Install);
        }

        try
        {
            return new ToolReport(Name, ToolState.Ready, $"{path}: {FirstLine(await AskAsync(path, "-version", ct).ConfigureAwait(false))}", null);
        }
        catch (VettingException e)
        {
            return new ToolReport(Name, ToolState.Broken, e.Message, Install);
        }
    }

    /// <summary>What exported stills can be, besides PNG and JPEG, and whether HDR can be shown.</summary>
    private async Task<ToolReport> StillsAsync(CancellationToken ct)
    {
        const string Name = "still formats";
        if (ToolLocator.Find(options.Value.FfmpegPath) is not { } path)
        {
            return new ToolReport(Name, ToolState.Missing, "unknown without ffmpeg", null);
        }

        try
        {
            var words = Words(await AskAsync(path, "-encoders", ct).ConfigureAwait(false));
            words.UnionWith(Words(await AskAsync(path, "-muxers", ct).ConfigureAwait(false)));
            words.UnionWith(Words(await AskAsync(path, "-filters", ct).ConfigureAwait(false)));
            (string What, bool IsThere)[] all =
            [
                ("PNG (png)", words.Contains("png")),
                ("JPEG (libturbojpeg)", TurboJpeg.IsAvailable),
                ("WebP (libwebp)", words.Contains("libwebp")),
                ($"AVIF ({Export.StillTools.Av1Encoders.FirstOrDefault(words.Contains) ?? "AV1 encoder"})", words.Contains("avif") && Export.StillTools.Av1Encoders.Any(words.Contains)),
                ("HDR tone mapping (zscale, tonemap)", Export.StillFilters.ForHdr.All(words.Contains)),
            ];
            string[] missing = [.. all.Where(a => !a.IsThere).Select(a => a.What)];
            var there = string.Join(", ", all.Where(a => a.IsThere).Select(a => a.What));
            return missing.Length > 0
                ? new ToolReport(Name, ToolState.Limited, $"{there}; not {string.Join(", ", missing)}", "Install a complete build of ffmpeg to export these.")
                : new ToolReport(Name, ToolState.Ready, there, null);
        }
        catch (VettingException e)
        {
            return new ToolReport(Name, ToolState.Broken, e.Message, null);
        }
    }

    private async Task<string> AskAsync(string path, string question, CancellationToken ct)
    {
        var command = new ToolCommand(path, ["-hide_banner", question]) { Stall = TimeSpan.FromSeconds(10), LowPriority = false };
        var result = await ToolProcess.RunAsync(command, 4 * 1024 * 1024, time, ct).ConfigureAwait(false);
        return result.ExitCode == 0
            ? result.Output
            : throw new VettingException(FailureCode.ToolFailed, $"{path} {question} ended with exit code {result.ExitCode.ToString(CultureInfo.InvariantCulture)}.");
    }

    private static string Listed(ImmutableArray<string> names) => names.IsEmpty ? "none" : string.Join(", ", names);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();

    /// <summary>All names in a table of filters or decoders: their second column.</summary>
    private static HashSet<string> Words(string table) =>
        [.. table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(columns => columns.Length > 1).Select(columns => columns[1])];

    private delegate IntPtr LibraryVersion();

    [GeneratedRegex(@"version n?(\d+\.\d+(?:\.\d+)?)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionNumber();
}

/// <summary>How one tool stands. <paramref name="Detail"/>: path, version, what is missing; <paramref name="Fix"/>: what to do, null when nothing is to be done.</summary>
public sealed record ToolReport(string Name, ToolState State, string Detail, string? Fix);

/// <summary>Whether a tool can be used.</summary>
public enum ToolState
{
    /// <summary>There and complete.</summary>
    Ready,
    /// <summary>There; some formats will be refused.</summary>
    Limited,
    /// <summary>There but unusable.</summary>
    Broken,
    /// <summary>Not installed.</summary>
    Missing,
}
