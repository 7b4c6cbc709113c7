using System.Collections.Immutable;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Fetches links into a folder of the caller, behind the same wall as the server but without a store: for the command line. Thread-safe.</summary>
public sealed class LinkDownload
{
    private readonly YtDlp _ytDlp;
    private readonly FileFetch _files;
    private readonly OutboundWall _wall;
    private readonly LinksOptions _options;

    internal LinkDownload(YtDlp ytDlp, FileFetch files, OutboundWall wall, IOptions<LinksOptions> options) => (_ytDlp, _files, _wall, _options) = (ytDlp, files, wall, options.Value);

    /// <summary>Whether a word of a command line is meant as a link.</summary>
    public static bool IsLink(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Addresses of the videos behind a link: itself, or those of a list up to the choice's cap.</summary>
    /// <exception cref="VettingException">InvalidRequest, SourceRefused, and whatever hinders yt-dlp.</exception>
    public async Task<ImmutableArray<string>> VideosAsync(string link, LinkChoice choice, string folder, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(choice);
        if (choice.Faults().FirstOrDefault() is { } fault)
        {
            throw new VettingException(FailureCode.InvalidRequest, fault);
        }

        var address = LinkAddress.Parse(link, choice, _options, _wall);
        if (!address.IsSite)
        {
            return [address.Text];
        }

        var look = await _ytDlp.LookAsync(address, choice, folder, null, ct).ConfigureAwait(false);
        return look.Count is null ? [address.Text] : [.. look.Items.Where(i => !i.IsLive).Take(Math.Min(choice.MaxItems, _options.MaxPlaylist)).Select(i => i.Url!)];
    }

    /// <summary>Fetches one video: the file, and how much of it was fetched where that is worth a word.</summary>
    /// <exception cref="VettingException">Whatever hindered it.</exception>
    public async Task<(string Path, string? Note)> FetchAsync(string link, LinkChoice choice, string folder, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var address = LinkAddress.Parse(link, choice, _options, _wall);
        var limits = new SubmitLimits();
        var maxTime = TimeSpan.FromMinutes(_options.MaxMinutes);
        var silent = new Progress<double?>();
        if (address.IsSite)
        {
            return (await _ytDlp.FetchAsync(address, choice, folder, null, (long)limits.MaxFileMegabytes << 20, silent, ct).ConfigureAwait(false), null);
        }

        var file = await _files.FetchAsync(address.Url!, choice, folder, limits, maxTime, silent, ct).ConfigureAwait(false);
        return (Named(file.Path, file.Name), file.Note);
    }

    // The name is shown and begins the names of what is exported; what the server of the file says of paths does not count.
    private static string Named(string path, string name)
    {
        var target = Path.Combine(Path.GetDirectoryName(path)!, new string([.. Path.GetFileName(name).Select(c => c is ':' or '*' or '?' or '<' or '>' or '|' ? '_' : c)]).TrimStart('.'));
        if (target != path && Path.GetFileName(target).Length > 0)
        {
            File.Move(path, target, overwrite: true);
            return target;
        }

        return path;
    }
}
