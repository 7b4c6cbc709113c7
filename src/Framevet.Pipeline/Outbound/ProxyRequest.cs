using System.Text;

namespace Framevet.Pipeline.Outbound;

/// <summary>The head of one request to a proxy.</summary>
/// <param name="IsTunnel">CONNECT; else a request with a whole address.</param>
/// <param name="Target">Where it wants to go; null when that is no http(s) address.</param>
/// <param name="Credentials">Value of Proxy-Authorization, or empty.</param>
/// <param name="Forwarded">The head as the target gets it: its own path, nothing that is meant for proxies, one request per connection.</param>
internal sealed record ProxyRequest(bool IsTunnel, Uri? Target, string Credentials, string Forwarded)
{
    private const int MaxHead = 64 * 1024;

    /// <summary>Reads a head; null when the connection ends before, is too slow, or it is no request.</summary>
    public static async Task<ProxyRequest?> ReadAsync(Stream stream, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        var head = new byte[MaxHead];
        var length = 0;

        // Byte by byte: what follows the head belongs to the tunnel.
        while (length < MaxHead && !head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            if (await stream.ReadAsync(head.AsMemory(length, 1), limit.Token).ConfigureAwait(false) == 0)
            {
                return null;
            }

            length++;
        }

        return length < MaxHead ? Parse(Encoding.Latin1.GetString(head, 0, length)) : null;
    }

    internal static ProxyRequest? Parse(string head)
    {
        var lines = head.Split("\r\n");
        var words = lines[0].Split(' ');
        if (words.Length != 3 || !words[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
        {
            return null;
        }

        var isTunnel = words[0] == "CONNECT";
        var headers = lines.Skip(1).Where(l => l.Length > 0).ToArray();
        var target = ReadTarget(isTunnel ? $"https://{words[1]}" : words[1]);
        var kept = headers.Where(h => !Is(h, "Proxy-Authorization") && !Is(h, "Proxy-Connection") && !Is(h, "Connection") && !Is(h, "Keep-Alive"));
        return new ProxyRequest(
            isTunnel,
            target,
            headers.FirstOrDefault(h => Is(h, "Proxy-Authorization")) is { } line ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : "",
            $"{words[0]} {target?.PathAndQuery ?? "/"} {words[2]}\r\n{string.Concat(kept.Select(h => h + "\r\n"))}Connection: close\r\n\r\n");
    }

    private static Uri? ReadTarget(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0 ? url : null;

    private static bool Is(string header, string name) => header.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase);
}
