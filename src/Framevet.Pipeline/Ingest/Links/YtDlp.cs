using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>
/// Reads pages of sites with yt-dlp. Each run has a working folder, a command line without configuration or plug-ins, only the listed extractors, and no way out
/// but a proxy of its own behind the wall. Thread-safe.
/// </summary>
internal sealed class YtDlp(YtDlpHealth health, IOptions<LinksOptions> options, ToolLocator tools, OutboundWall wall, TimeProvider time)
{
    private const int MaxJson = 32 << 20;
    private const long MaxPageBytes = 64L << 20;

    /// <summary>What a link is, without fetching media.</summary>
    /// <exception cref="VettingException">As <see cref="LinkFailures"/>, ToolMissing, ToolStalled.</exception>
    public async Task<LinkLook> LookAsync(LinkAddress link, LinkChoice choice, string folder, string? cookieFile, CancellationToken ct)
    {
        var json = new StringBuilder();
        await RunAsync(around => YtDlpArguments.Look(link, choice, around), folder, cookieFile, MaxPageBytes,
            line =>
            {
                if (json.Length + line.Length > MaxJson)
                {
                    throw new VettingException(FailureCode.SourceTooLarge, "The list behind the link is too long.");
                }

                json.AppendLine(line);
            },
            ct).ConfigureAwait(false);
        return YtDlpJson.Parse(json.ToString(), link, choice.MaxItems);
    }

    /// <summary>Fetches one video; the finished file.</summary>
    /// <exception cref="VettingException">As <see cref="LinkFailures"/>, ToolMissing, ToolStalled, SourceTooLarge.</exception>
    public async Task<string> FetchAsync(LinkAddress link, LinkChoice choice, string folder, string? cookieFile, long maxBytes, IProgress<double?> progress, CancellationToken ct)
    {
        string? file = null;
        await RunAsync(around => YtDlpArguments.Fetch(link, choice, around, maxBytes), folder, cookieFile, maxBytes + MaxPageBytes,
            line =>
            {
                if (line.StartsWith(YtDlpArguments.Done, StringComparison.Ordinal))
                {
                    file = line[YtDlpArguments.Done.Length..].Trim();
                }
                else if (line.StartsWith(YtDlpArguments.Progress, StringComparison.Ordinal))
                {
                    progress.Report(YtDlpJson.Share(line[YtDlpArguments.Progress.Length..]));
                }
            },
            ct).ConfigureAwait(false);

        // Its word for the name, but only inside the folder.
        var path = file is null ? null : Path.GetFullPath(Path.Combine(folder, file));
        return path is not null && path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(path)
            ? path
            : throw new VettingException(FailureCode.UnsupportedMedia, "The site offers nothing that could be fetched.");
    }

    private async Task RunAsync(Func<YtDlpSurroundings, ImmutableArray<string>> arguments, string folder, string? cookieFile, long maxBytes, Action<string> onLine, CancellationToken ct)
    {
        var tool = await health.FindAsync(ct).ConfigureAwait(false);
        YtDlpHealth.MustBeSafe(tool);
        var proxy = EgressProxy.Start(wall, maxBytes);
        await using (proxy.ConfigureAwait(false))
        {
            var address = proxy.Address.GetLeftPart(UriPartial.Authority);
            var around = new YtDlpSurroundings(folder, address, options.Value.AllExtractors, ToolLocator.Find(tools.Ffmpeg), tool.Runtime, cookieFile, CodecPreference.Of(tools.HardwareDecode, GraphicsCard.Find()), tool.Known);
            var command = new ToolCommand(tool.Path, arguments(around))
            {
                Stall = TimeSpan.FromSeconds(120),
                Folder = folder,
                Bounds = ToolBounds.Fetch,
                Environment = ImmutableDictionary<string, string>.Empty.Add("http_proxy", address).Add("https_proxy", address).Add("HOME", folder).Add("XDG_CACHE_HOME", folder).Add("PYTHONDONTWRITEBYTECODE", "1"),
            };
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(TimeSpan.FromMinutes(options.Value.MaxMinutes));
            try
            {
                await ReadAsync(command, onLine, proxy, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new VettingException(FailureCode.SourceTooLarge, $"Fetching took longer than {options.Value.MaxMinutes} minutes.", null, e);
            }
        }
    }

    private async Task ReadAsync(ToolCommand command, Action<string> onLine, EgressProxy proxy, CancellationToken ct)
    {
        var process = ToolProcess.Start(command, null, time, ct);
        await using (process.ConfigureAwait(false))
        {
            var said = new List<string>();
            var pending = new StringBuilder();
            var buffer = new byte[16 * 1024];
            var decoder = Encoding.UTF8.GetDecoder();
            var chars = new char[buffer.Length + 1];
            while (await process.ReadAsync(buffer).ConfigureAwait(false) is var read and > 0)
            {
                pending.Append(chars, 0, decoder.GetChars(buffer, 0, read, chars, 0, flush: false));
                Lines(pending, line =>
                {
                    onLine(line);
                    if (line.Length < 500 && said.Count < 50)
                    {
                        said.Add(line);
                    }
                });
            }

            onLine(pending.ToString());
            var exitCode = await process.WaitForExitAsync().ConfigureAwait(false);
            string[] words = [.. said, .. process.TailLines];
            if (proxy.IsExceeded)
            {
                throw process.Failed(FailureCode.SourceTooLarge, LinkFailures.All.First(f => f.Id == "size").Sentence, exitCode);
            }

            // A filter that fits nothing, or a size above the limit, is no error to yt-dlp.
            if (exitCode != 0 || (said.TrueForAll(l => !l.StartsWith(YtDlpArguments.Done, StringComparison.Ordinal) && !l.StartsWith('{')) && LinkFailures.Find(words) is not null))
            {
                throw Failed(process, words, proxy, exitCode);
            }
        }
    }

    private static VettingException Failed(ToolProcess process, string[] words, EgressProxy proxy, int exitCode)
    {
        var failure = LinkFailures.Find(words);
        return failure?.Id is null or "name" or "wall" or "forbidden" && proxy.Refusals is [var refusal, ..]
            ? process.Failed(FailureCode.SourceRefused, refusal, exitCode)
            : failure is null
                ? process.Failed(FailureCode.ToolFailed, string.Create(CultureInfo.InvariantCulture, $"yt-dlp could not fetch the link (exit code {exitCode})."), exitCode)
                : process.Failed(failure.Code, failure.Sentence, exitCode);
    }

    private static void Lines(StringBuilder pending, Action<string> onLine)
    {
        var text = pending.ToString();
        var start = 0;
        while (text.IndexOf('\n', start) is var end and >= 0)
        {
            onLine(text[start..end].TrimEnd('\r'));
            start = end + 1;
        }

        pending.Remove(0, start);
    }
}
