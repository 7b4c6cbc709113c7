using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Which links are taken and how (deployment); section <c>Links</c>. Where they may lead, <see cref="Outbound.OutboundOptions"/> says.</summary>
public sealed record LinksOptions
{
    /// <summary>Section in the configuration.</summary>
    public const string Section = "Links";

    /// <summary>Whether links are taken at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Path of yt-dlp, or a bare name that is looked up on PATH.</summary>
    [Required]
    public string YtDlpPath { get; init; } = "yt-dlp";

    /// <summary>JavaScript runtime for yt-dlp, path or bare name; empty = the first of deno, node, bun, qjs on PATH.</summary>
    public string JsRuntime { get; init; } = "";

    /// <summary>Hosts, with all below them, whose pages yt-dlp reads; empty = the built-in list. Links to all other hosts must be media files themselves.</summary>
    public string[] Sites { get; init; } = [];

    /// <summary>Extractors that yt-dlp may use (names or its patterns); empty = the built-in list. Without <c>generic</c> it reads no other pages.</summary>
    public string[] Extractors { get; init; } = [];

    /// <summary>Most videos of one playlist, channel or search.</summary>
    [Range(1, 5000)]
    public int MaxPlaylist { get; init; } = 100;

    /// <summary>Links fetched at the same time.</summary>
    [Range(1, 16)]
    public int Parallel { get; init; } = 2;

    /// <summary>Longest time of one fetch in minutes.</summary>
    [Range(1, 1440)]
    public int MaxMinutes { get; init; } = 120;

    /// <summary>Links of one user that wait or are fetched.</summary>
    [Range(1, 100_000)]
    public int MaxOpen { get; init; } = 500;

    internal string[] AllSites => Sites.Length > 0 ? Sites :
    [
        "youtube.com", "youtu.be", "youtube-nocookie.com", "vimeo.com", "dailymotion.com", "dai.ly", "twitch.tv", "tiktok.com", "twitter.com", "x.com", "reddit.com", "redd.it",
        "facebook.com", "fb.watch", "instagram.com", "bilibili.com", "peertube.tv", "odysee.com", "rumble.com", "streamable.com", "imgur.com", "ted.com", "archive.org",
    ];

    internal string[] AllExtractors => Extractors.Length > 0 ? Extractors :
    [
        "youtube.*", "vimeo.*", "dailymotion.*", "twitch.*", "tiktok.*", "twitter.*", "reddit", "facebook.*", "instagram.*", "bilibili.*", "peertube.*", "lbry.*", "rumble.*",
        "streamable", "imgur.*", "ted.*", "archive.org",
    ];

    internal bool IsSite(string host) => AllSites.Any(s => host.Equals(s, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{s}", StringComparison.OrdinalIgnoreCase));
}
