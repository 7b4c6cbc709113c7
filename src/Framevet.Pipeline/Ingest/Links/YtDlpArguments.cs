using System.Collections.Immutable;
using System.Globalization;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>The command line of yt-dlp. Every value is one argument, the link stands behind <c>--</c>, and no configuration, plug-in or update of its own counts. Pure.</summary>
internal static class YtDlpArguments
{
    /// <summary>What begins a line of progress on stdout.</summary>
    public const string Progress = "framevet-progress ";

    /// <summary>What begins the line with the finished file.</summary>
    public const string Done = "framevet-done ";

    /// <summary>Facts about a link or the entries of a list, without fetching any media.</summary>
    public static ImmutableArray<string> Look(LinkAddress link, LinkChoice choice, YtDlpSurroundings around) =>
    [
        .. Common(choice, around), "--flat-playlist", "--dump-single-json", "--skip-download", choice.WholePlaylist || link.Url is null ? "--yes-playlist" : "--no-playlist",
        "--playlist-items", string.Create(CultureInfo.InvariantCulture, $"1:{choice.MaxItems}"), "--", link.Text,
    ];

    /// <summary>Fetches one video into the folder.</summary>
    public static ImmutableArray<string> Fetch(LinkAddress link, LinkChoice choice, YtDlpSurroundings around, long maxBytes) =>
    [
        .. Common(choice, around), "--no-playlist", "--no-simulate", "--newline", "--progress", "--no-mtime", "--no-overwrites", "--restrict-filenames", "--windows-filenames",
        "--progress-template", $"download:{Progress}%(progress.downloaded_bytes)s %(progress.total_bytes)s %(progress.total_bytes_estimate)s",
        "--print", $"after_move:{Done}%(filepath)s",
        "--output", "media.%(ext)s", "--paths", around.Folder,
        "--max-filesize", maxBytes.ToString(CultureInfo.InvariantCulture),
        "--format", Format(choice), "--format-sort", Sort(choice, around.Fastest), "--merge-output-format", "mkv/mp4/webm",

        // Its own downloader for segmented streams: ffmpeg would go out by itself, past the proxy.
        "--downloader", "m3u8:native", "--downloader", "dash:native", "--downloader", "native",
        "--continue", "--concurrent-fragments", "2",

        // Printing a name makes it quiet; why it skips a video, it should still say.
        .. around.Known.Contains("--no-quiet") ? ["--no-quiet"] : Array.Empty<string>(),
        .. Subtitles(choice),
        "--", link.Text,
    ];

    private static IEnumerable<string> Common(LinkChoice choice, YtDlpSurroundings around)
    {
        (string Name, string? Value)[] options =
        [
            ("--ignore-config", ""), ("--no-plugin-dirs", ""), ("--no-update", ""), ("--no-exec", ""), ("--no-batch-file", ""), ("--no-cookies-from-browser", ""), ("--no-cache-dir", ""),
            ("--color", "never"), ("--proxy", around.Proxy), ("--use-extractors", string.Join(',', around.Extractors)), ("--match-filters", Filter(choice)), ("--abort-on-error", ""),
            ("--socket-timeout", "30"), ("--retries", "5"), ("--fragment-retries", "5"), ("--extractor-retries", "2"),
            ("--ffmpeg-location", around.Ffmpeg), ("--js-runtimes", around.JsRuntime), ("--cookies", around.CookieFile),
            ("--dateafter", Day(choice.After)), ("--datebefore", Day(choice.Before)),
        ];

        // What this version does not know, it has no need to be told not to do.
        return options.Where(o => o.Value is not null && around.Known.Contains(o.Name)).SelectMany(o => o.Value!.Length == 0 ? [o.Name] : new[] { o.Name, o.Value });
    }

    // Bounds on each stream's height, best first; without a bound that fits, the smallest there is.
    private static string Format(LinkChoice choice) => string.Create(CultureInfo.InvariantCulture, $"bv*[height<=?{choice.MaxHeight}]+ba/b[height<=?{choice.MaxHeight}]/wv*+ba/w");

    private static string Sort(LinkChoice choice, LinkCodec fastest) => string.Create(CultureInfo.InvariantCulture, $"res:{choice.MaxHeight},") + ((choice.Codec == LinkCodec.Auto ? fastest : choice.Codec) switch
    {
        LinkCodec.Av1 => "vcodec:av01",
        LinkCodec.Vp9 => "vcodec:vp9",
        LinkCodec.Hevc => "vcodec:h265",
        _ => "vcodec:h264",
    });

    // Live broadcasts never end. What stands here was checked by LinkChoice.Faults: no quote, no operator.
    private static string Filter(LinkChoice choice)
    {
        var parts = new List<string> { "!is_live" };
        if (choice.MinSeconds is { } min)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"duration>=?{min}"));
        }

        if (choice.MaxSeconds is { } max)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"duration<=?{max}"));
        }

        if (choice.Title is { } title)
        {
            parts.Add($"title~='(?i){title}'");
        }

        return string.Join(" & ", parts);
    }

    private static IEnumerable<string> Subtitles(LinkChoice choice) => choice.Subtitles is { } language
        ? ["--write-subs", "--write-auto-subs", "--sub-langs", $"{language}.*,{language}", "--sub-format", "srt/vtt/best", "--convert-subs", "srt", "--embed-subs"]
        : [];

    private static string? Day(DateOnly? day) => day?.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}

/// <summary>What yt-dlp runs in.</summary>
/// <param name="Folder">Its working folder.</param>
/// <param name="Proxy">The only way out.</param>
/// <param name="Extractors">What it may use.</param>
/// <param name="Ffmpeg">For putting picture and sound together.</param>
/// <param name="JsRuntime">e.g. <c>deno:/usr/bin/deno</c>; null = none found.</param>
/// <param name="CookieFile">The user's cookies, null = none.</param>
/// <param name="Fastest">What this machine decodes fastest.</param>
/// <param name="Known">Options that this version knows.</param>
internal sealed record YtDlpSurroundings(string Folder, string Proxy, string[] Extractors, string? Ffmpeg, string? JsRuntime, string? CookieFile, LinkCodec Fastest, ImmutableHashSet<string> Known);
