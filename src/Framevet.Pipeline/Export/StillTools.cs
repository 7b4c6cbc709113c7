using System.Collections.Frozen;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>What this machine's ffmpeg can write besides PNG; asked once. Thread-safe.</summary>
internal sealed class StillTools(ToolLocator tools, TimeProvider time)
{
    /// <summary>AV1 encoders in the order of preference for single pictures.</summary>
    public static readonly string[] Av1Encoders = ["libaom-av1", "librav1e", "libsvtav1"];

    private FrozenSet<string>? _words;

    /// <summary>Fails with a sentence when the format or the tone mapping cannot be done here, or when the options contradict each other.</summary>
    /// <exception cref="VettingException">InvalidRequest; ToolMissing.</exception>
    public async Task RequireAsync(MediaInfo media, StillOptions options, CancellationToken ct)
    {
        if (StillFilters.IsHdr(media) && options is { Hdr: HdrMode.Keep, Format: not StillFormat.Png })
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{media.File.DisplayName} is in HDR, and only PNG can keep that here: choose PNG, or let it be tone-mapped.");
        }

        if (StillFilters.IsMapped(media, options) && await LackAsync(StillFilters.ForHdr, ct).ConfigureAwait(false) is { } filter)
        {
            throw new VettingException(FailureCode.ToolMissing, $"{media.File.DisplayName} is in HDR, and this ffmpeg lacks the filter {filter} that shows it on ordinary screens: install a complete build, or keep HDR as PNG.");
        }

        if (options.Format == StillFormat.WebP && await LackAsync(["libwebp"], ct).ConfigureAwait(false) is not null)
        {
            throw new VettingException(FailureCode.ToolMissing, "This ffmpeg cannot write WebP (it lacks libwebp): install a complete build, or choose PNG or JPEG.");
        }

        if (options.Format == StillFormat.Avif)
        {
            _ = await Av1Async(ct).ConfigureAwait(false);
        }
    }

    /// <summary>The AV1 encoder to use.</summary>
    /// <exception cref="VettingException">ToolMissing.</exception>
    public async Task<string> Av1Async(CancellationToken ct)
    {
        var words = await WordsAsync(ct).ConfigureAwait(false);
        return words.Contains("avif") && Av1Encoders.FirstOrDefault(words.Contains) is { } encoder
            ? encoder
            : throw new VettingException(FailureCode.ToolMissing, "This ffmpeg cannot write AVIF (it needs version 5.1 and an AV1 encoder): install a complete build, or choose PNG, JPEG or WebP.");
    }

    private async Task<string?> LackAsync(string[] names, CancellationToken ct)
    {
        var words = await WordsAsync(ct).ConfigureAwait(false);
        return names.FirstOrDefault(n => !words.Contains(n));
    }

    // Two callers at once may both ask: the answers are the same.
    private async Task<FrozenSet<string>> WordsAsync(CancellationToken ct)
    {
        if (_words is { } known)
        {
            return known;
        }

        var all = new HashSet<string>();
        foreach (var question in (string[])["-encoders", "-muxers", "-filters"])
        {
            var command = new ToolCommand(tools.Ffmpeg, ["-hide_banner", question]) { Stall = TimeSpan.FromSeconds(10) };
            var result = await ToolProcess.RunAsync(command, 4 * 1024 * 1024, time, ct).ConfigureAwait(false);
            all.UnionWith(result.Output.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(c => c.Length > 1).Select(c => c[1]));
        }

        return _words = all.ToFrozenSet();
    }
}
