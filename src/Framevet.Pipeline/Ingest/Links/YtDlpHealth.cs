using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Looks at the installed yt-dlp: where it is, what it knows, what it needs. Thread-safe; the answer is remembered for a while, since operators update it under a running server.</summary>
public sealed partial class YtDlpHealth(IOptions<LinksOptions> options, TimeProvider time)
{
    private const int MaxOutput = 1 << 20;

    /// <summary>Sites change their pages every few weeks.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromDays(90);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    /// <summary>Without these a run cannot be kept inside its bounds.</summary>
    private static readonly string[] Needed = ["--ignore-config", "--proxy", "--use-extractors", "--match-filters", "--max-filesize", "--print"];

    private static readonly string[] Runtimes = ["deno", "node", "bun", "qjs"];

    private (DateTimeOffset At, YtDlpTool Tool)? _last;

    /// <summary>The tool and a runtime for it.</summary>
    public async Task<ImmutableArray<ToolReport>> CheckAsync(CancellationToken ct)
    {
        if (!options.Value.Enabled)
        {
            return [new ToolReport("yt-dlp", ToolState.Ready, "not needed: links are switched off (Links:Enabled)", null)];
        }

        try
        {
            var tool = await FindAsync(ct).ConfigureAwait(false);
            var missing = Needed.Where(n => !tool.Known.Contains(n)).ToArray();
            var age = tool.Released is { } day ? time.GetUtcNow() - day : (TimeSpan?)null;
            var report = missing.Length > 0
                ? new ToolReport("yt-dlp", ToolState.Limited, $"{tool.Path}: version {tool.Version} lacks {string.Join(", ", missing)}; links to sites are refused", "Update it (pip install -U yt-dlp).")
                : age > Stale
                    ? new ToolReport("yt-dlp", ToolState.Limited, string.Create(CultureInfo.InvariantCulture, $"{tool.Path}: version {tool.Version} is {age.Value.TotalDays:0} days old; sites change, links to them may fail"), "Update it (pip install -U \"yt-dlp[default]\").")
                    : new ToolReport("yt-dlp", ToolState.Ready, $"{tool.Path}: version {tool.Version}", null);
            return [report, Runtime(tool)];
        }
        catch (VettingException e)
        {
            return [new ToolReport("yt-dlp", ToolState.Limited, $"{e.Message} Links to media files work, links to sites do not.", "Install it (pip install \"yt-dlp[default]\") or set Links:YtDlpPath, or switch links off (Links:Enabled).")];
        }
    }

    /// <summary>Where it is and what it knows.</summary>
    /// <exception cref="VettingException">ToolMissing, ToolFailed, ToolStalled.</exception>
    internal async Task<YtDlpTool> FindAsync(CancellationToken ct)
    {
        if (_last is { } last && time.GetUtcNow() - last.At < Remembered)
        {
            return last.Tool;
        }

        var path = ToolLocator.Find(options.Value.YtDlpPath) ?? throw new VettingException(FailureCode.ToolMissing, $"yt-dlp was not found ('{options.Value.YtDlpPath}').");
        var version = (await AskAsync(path, "--version", ct).ConfigureAwait(false)).Trim();
        var known = OptionName().Matches(await AskAsync(path, "--help", ct).ConfigureAwait(false)).Select(m => m.Value).ToImmutableHashSet();
        var tool = new YtDlpTool(path, version, Day(version), known, FindRuntime());
        _last = (time.GetUtcNow(), tool);
        return tool;
    }

    /// <summary>Whether everything that keeps it inside its bounds is there.</summary>
    /// <exception cref="VettingException">ToolMissing.</exception>
    internal static void MustBeSafe(YtDlpTool tool)
    {
        if (Needed.FirstOrDefault(n => !tool.Known.Contains(n)) is { } missing)
        {
            throw new VettingException(FailureCode.ToolMissing, $"The installed yt-dlp is too old ({missing} is missing). Update it on the server.");
        }
    }

    private static ToolReport Runtime(YtDlpTool tool) => (tool.Runtime, tool.Known.Contains("--js-runtimes")) switch
    {
        (null, _) => new ToolReport("JavaScript for yt-dlp", ToolState.Limited, "no runtime found; YouTube will not work", "Install Deno 2 or Node 20 (Debian: apt install nodejs), or set Links:JsRuntime."),
        ({ } runtime, true) => new ToolReport("JavaScript for yt-dlp", ToolState.Ready, runtime, null),
        ({ } runtime, false) => new ToolReport("JavaScript for yt-dlp", ToolState.Limited, $"{runtime}; this version of yt-dlp cannot use it", "Update yt-dlp (pip install -U \"yt-dlp[default]\")."),
    };

    private string? FindRuntime()
    {
        string[] wanted = options.Value.JsRuntime.Length > 0 ? [options.Value.JsRuntime] : Runtimes;
        var path = wanted.Select(ToolLocator.Find).FirstOrDefault(p => p is not null);
        return path is null ? null : $"{Path.GetFileNameWithoutExtension(path) switch { "qjs" => "quickjs", var name => name }}:{path}";
    }

    private async Task<string> AskAsync(string path, string question, CancellationToken ct)
    {
        var command = new ToolCommand(path, ["--ignore-config", question]) { Stall = TimeSpan.FromSeconds(60), LowPriority = false, Bounds = ToolBounds.Fetch with { HasNetwork = false } };
        var result = await ToolProcess.RunAsync(command, MaxOutput, time, ct).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw new VettingException(FailureCode.ToolFailed, $"yt-dlp {question} ended with exit code {result.ExitCode.ToString(CultureInfo.InvariantCulture)}.", string.Join('\n', result.ErrorLines));
    }

    private static DateTimeOffset? Day(string version) =>
        DateTimeOffset.TryParseExact(version.Length >= 10 ? version[..10] : "", "yyyy.MM.dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : null;

    [GeneratedRegex("--[a-z][a-z-]+[a-z]", RegexOptions.CultureInvariant)]
    private static partial Regex OptionName();
}

/// <summary>The installed yt-dlp. <paramref name="Runtime"/>: as <c>--js-runtimes</c> takes it.</summary>
internal sealed record YtDlpTool(string Path, string Version, DateTimeOffset? Released, ImmutableHashSet<string> Known, string? Runtime);
