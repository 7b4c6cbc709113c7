using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>What yt-dlp says when it fails, as plain sentences that say what to do. The first that fits wins; special ones stand before general ones. Pure.</summary>
/// <remarks>Source: messages of yt-dlp's extractors and its issue tracker.</remarks>
public static class LinkFailures
{
    /// <summary>Id, pattern in yt-dlp's words, code, sentence.</summary>
    public static ImmutableArray<LinkFailure> All { get; } =
    [
        new("bot-check", "confirm you.{1,3}re not a bot", FailureCode.SourceUnavailable, "The site wants to see that a person is asking. Add cookies of a signed-in browser, or try again later."),
        new("age", "confirm your age|age.restricted|inappropriate for some users", FailureCode.SourceUnavailable, "The video is only for adults who signed in. Add cookies of a signed-in browser."),
        new("members", "members-only content|available to this channel's members|Join this channel", FailureCode.SourceUnavailable, "The video is for members of its channel only. Add cookies of a member's browser."),
        new("private", "private video|video is private|is not shared with you", FailureCode.SourceUnavailable, "The video is private. Ask its owner to share it, or add cookies of an account that may see it."),
        new("premium", "Premium members|subscribers.only|only available (to|for) (registered|logged)", FailureCode.SourceUnavailable, "The video is for subscribers only. Add cookies of an account that has access."),
        new("payment", "requires payment|rent or (buy|purchase)|must be purchased", FailureCode.SourceUnavailable, "The video costs money on its site and is not fetched."),
        new("drm", "DRM protect", FailureCode.SourceRefused, "The video is protected against copying (DRM) and cannot be vetted."),
        new("country", "not (made this video )?available in your country|geo.?restrict|not available (from|in) your (location|region)", FailureCode.SourceUnavailable, "The video is not offered in the country of this server."),
        new("copyright", "copyright (claim|grounds|holder)|who has blocked it", FailureCode.SourceUnavailable, "The video was taken down or blocked for copyright reasons."),
        new("terminated", "account associated with this video has been terminated|account (has been )?(terminated|suspended)", FailureCode.SourceUnavailable, "The video is gone because its account was closed."),
        new("removed", "removed by the uploader|has been (removed|deleted)|no longer available", FailureCode.SourceUnavailable, "The video was removed."),
        new("upcoming", "live event will begin|Premieres? in|is upcoming|has not (yet )?started", FailureCode.SourceUnavailable, "The video has not begun yet. Submit the link again afterwards."),
        new("live", @"does not pass filter \(!is_live|is a live ?stream|currently live", FailureCode.SourceRefused, "This is a live broadcast. Submit the link again when it is over."),
        new("recording", "live stream recording is not available|recording .{0,40}being processed", FailureCode.SourceUnavailable, "The recording of the broadcast is not ready yet. Try again later."),
        new("filtered", "does not pass filter|upload date is not in range", FailureCode.SourceRefused, "The video lies outside the chosen bounds of date, length or title."),
        new("login", "login required|account authentication is required|log ?in (to|with)|Use --cookies|You need to log in", FailureCode.SourceUnavailable, "The site shows this only to people who signed in. Add cookies of a signed-in browser."),
        new("cookies-file", "does not look like a Netscape format cookies|cookies file", FailureCode.InvalidRequest, "The stored cookies cannot be read. Export them again in Netscape format and replace them."),
        new("cookies-old", "cookies are no longer valid|cookies have (likely )?been rotated", FailureCode.SourceUnavailable, "The stored cookies are no longer valid. Export them again and replace them."),
        new("js-runtime", "No supported JavaScript runtime|JavaScript runtime", FailureCode.ToolMissing, "yt-dlp needs a JavaScript runtime for this site. Install Deno (or Node 20) on the server; see the doctor."),
        new("outdated", "nsig extraction failed|signature extraction failed|n challenge solving failed|Unable to extract|please report this issue|Confirm you are on the latest version", FailureCode.ToolFailed, "The site has changed and yt-dlp does not understand it any more. Update yt-dlp on the server."),
        new("rate", "HTTP Error 429|Too Many Requests|rate.?limit", FailureCode.BackendUnavailable, "The site answers no more requests at the moment. Try again later."),
        new("wall", "Tunnel connection failed: 403|403 Forbidden.{0,20}proxy", FailureCode.SourceRefused, "The link leads to an address that this server may not reach."),
        new("forbidden", "HTTP Error 403", FailureCode.SourceUnavailable, "The site refuses to send the file. Try again later, or add cookies of a signed-in browser."),
        new("missing", "HTTP Error 40[45]|HTTP Error 410|does not exist|Video unavailable|This video isn.t available", FailureCode.SourceUnavailable, "There is no such video, or it is not available any more."),
        new("server", "HTTP Error 5\\d\\d", FailureCode.BackendUnavailable, "The site has trouble of its own. Try again later."),
        new("unsupported", "Unsupported URL|No suitable extractor", FailureCode.SourceRefused, "Links to this page are not taken here."),
        new("format", "Requested format is not available|No video formats found|Only images are available", FailureCode.UnsupportedMedia, "The site offers no video at the chosen height. Choose a larger one."),
        new("size", "larger than max-filesize|File is larger", FailureCode.SourceTooLarge, "The video is larger than this server takes. Choose a smaller height."),
        new("space", "No space left on device", FailureCode.OutOfSpace, "The disk of the server is full."),
        new("ffmpeg", "ffmpeg (is )?not (found|installed)|ffprobe and ffmpeg not found", FailureCode.ToolMissing, "yt-dlp does not find ffmpeg on the server; see the doctor."),
        new("certificate", "CERTIFICATE_VERIFY_FAILED|certificate verify failed", FailureCode.SourceUnavailable, "The site's certificate is not valid."),
        new("name", "Name or service not known|name resolution|Failed to resolve|getaddrinfo|No address associated|502 Bad Gateway|Tunnel connection failed: 502", FailureCode.SourceUnavailable, "The site cannot be reached."),
        new("timeout", "timed out|Connection reset|Remote end closed|IncompleteRead|Connection refused", FailureCode.BackendUnavailable, "The connection to the site broke. Try again later."),
        new("playlist", "playlist (is private|not found|does not contain)|The playlist does not", FailureCode.SourceUnavailable, "The playlist is private or does not exist."),
    ];

    private static readonly ImmutableArray<(Regex Pattern, LinkFailure Failure)> Patterns =
        [.. All.Select(f => (new Regex(f.Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)), f))];

    /// <summary>The failure that fits the tool's last words; null when none does.</summary>
    public static LinkFailure? Find(IReadOnlyCollection<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);

        // What yt-dlp calls an error says more than what it only warns of.
        string[] errors = [.. lines.Where(l => l.StartsWith("ERROR", StringComparison.Ordinal))];
        return Match(errors) ?? Match(lines);
    }

    private static LinkFailure? Match(IReadOnlyCollection<string> lines) =>
        Patterns.FirstOrDefault(p => lines.Any(p.Pattern.IsMatch)).Failure;
}

/// <summary>A way to fail. <paramref name="Id"/> is stable; <paramref name="Sentence"/> says what happened and what to do.</summary>
public sealed record LinkFailure(string Id, string Pattern, FailureCode Code, string Sentence);
