using System.Net;
using System.Net.Http.Headers;
using Framevet.Pipeline.Outbound;

namespace Framevet.Pipeline.Ingest.Links.Skim;

/// <summary>Parts of a file behind an address, each by a request of its own through the wall, all of the same version of the file. One reader at a time.</summary>
internal sealed class RangedFile
{
    private const int Tries = 3;

    private readonly OutboundDoor _door;
    private readonly Uri _url;
    private readonly EntityTagHeaderValue _tag;
    private readonly byte[] _head;

    private RangedFile(OutboundDoor door, Uri url, EntityTagHeaderValue tag, byte[] head, long length) => (_door, _url, _tag, _head, Length, Fetched) = (door, url, tag, head, length, head.Length);

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; }

    /// <summary>Bytes that came so far.</summary>
    public long Fetched { get; private set; }

    /// <summary>Asks for the first bytes; null when the server gives no parts of the file, or does not say which version of it they are of.</summary>
    /// <exception cref="VettingException">As <see cref="DirectDownload.FetchAsync"/>.</exception>
    public static async Task<(RangedFile File, DownloadFacts Facts)?> OpenAsync(OutboundDoor door, Uri url, int headBytes, CancellationToken ct)
    {
        using var answer = await AskAsync(door, url, 0, headBytes, null, ct).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.PartialContent || answer.Headers.ETag is not { IsWeak: false } tag || answer.Content.Headers.ContentRange is not { From: 0, Length: { } length })
        {
            return null;
        }

        var head = await BodyAsync(answer, (int)Math.Min(headBytes, length), ct).ConfigureAwait(false);
        return head is null ? null : (new RangedFile(door, url, tag, head, length), DownloadFacts.Of(answer));
    }

    /// <summary>Bytes [from, from + count) of the file.</summary>
    /// <exception cref="VettingException">SourceUnavailable, also when the file has changed meanwhile; as <see cref="DirectDownload.FetchAsync"/>.</exception>
    public async Task<byte[]> ReadAsync(long from, int count, CancellationToken ct)
    {
        if (from + count <= _head.Length)
        {
            return _head[(int)from..(int)(from + count)];
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var answer = await AskAsync(_door, _url, from, count, _tag, ct).ConfigureAwait(false);
                var range = answer.StatusCode == HttpStatusCode.PartialContent ? answer.Content.Headers.ContentRange : null;
                if (range?.From != from || await BodyAsync(answer, count, ct).ConfigureAwait(false) is not { } bytes)
                {
                    throw new VettingException(FailureCode.SourceUnavailable, $"{_url.IdnHost}: the file changed while it was read, or the connection broke.");
                }

                Fetched += count;
                return bytes;
            }
            catch (VettingException e) when (e.Code == FailureCode.SourceUnavailable && attempt < Tries)
            {
                // A connection may break; a file that changed will say so again.
            }
        }
    }

    private static Task<HttpResponseMessage> AskAsync(OutboundDoor door, Uri url, long from, int count, EntityTagHeaderValue? tag, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url).Limit(DirectDownload.Limits with { MaxBytes = long.MaxValue });
        request.Headers.Range = new RangeHeaderValue(from, from + count - 1);
        if (tag is not null)
        {
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }

        return DirectDownload.AskAsync(door, request, ct);
    }

    /// <summary>Exactly so many bytes; null when there are fewer. What comes beyond is not read.</summary>
    private static async Task<byte[]?> BodyAsync(HttpResponseMessage answer, int count, CancellationToken ct)
    {
        var bytes = new byte[count];
        var body = await answer.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            return await body.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, ct).ConfigureAwait(false) == count ? bytes : null;
        }
    }
}
