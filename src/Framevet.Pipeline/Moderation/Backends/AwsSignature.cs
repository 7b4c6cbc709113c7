using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>What a request to AWS is signed with. <paramref name="Token"/>: session token of temporary credentials, or null.</summary>
public sealed record AwsKeys(string AccessKey, string SecretKey, string? Token);

/// <summary>
/// Signature version 4 for a POST to the root of a service, as "Authenticating Requests (AWS Signature Version 4)" of the AWS documentation describes it: HMAC-SHA-256 over a
/// canonical request, with a key derived from secret, day, region and service.
/// </summary>
public static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Adds <c>X-Amz-Date</c>, the session token if there is one, and <c>Authorization</c>. Host, content type and every <c>X-Amz-*</c> header are signed.</summary>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, AwsKeys keys, string region, string service, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(keys);
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.Add("X-Amz-Date", stamp);
        if (keys.Token is { } token)
        {
            request.Headers.Add("X-Amz-Security-Token", token);
        }

        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = request.RequestUri!.Authority };
        if (request.Content?.Headers.ContentType is { } type)
        {
            headers["content-type"] = type.ToString();
        }

        foreach (var (name, values) in request.Headers.Where(h => h.Key.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase)))
        {
            headers[name.ToLowerInvariant()] = string.Join(',', values).Trim();
        }

        var names = string.Join(';', headers.Keys);
        var scope = $"{stamp[..8]}/{region}/{service}/aws4_request";
        var signature = Signature(headers, body, keys.SecretKey, stamp, region, service);
        request.Headers.TryAddWithoutValidation("Authorization", $"{Algorithm} Credential={keys.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    /// <summary>The signature in lower-case hex. <paramref name="headers"/>: the signed ones by lower-case name; <paramref name="stamp"/>: <c>yyyyMMddTHHmmssZ</c>.</summary>
    public static string Signature(SortedDictionary<string, string> headers, ReadOnlySpan<byte> body, string secret, string stamp, string region, string service)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(stamp);
        var canonicalHeaders = string.Concat(headers.Select(h => $"{h.Key}:{h.Value}\n"));
        var canonical = $"POST\n/\n\n{canonicalHeaders}\n{string.Join(';', headers.Keys)}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        var day = stamp[..8];
        var toSign = $"{Algorithm}\n{stamp}\n{day}/{region}/{service}/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in (string[])[day, region, service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }
}
