using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Framevet.Pipeline.Webhooks;

/// <summary>
/// The header <c>Framevet-Signature: t=1767225600,v1=…</c>: seconds since 1970 and the HMAC-SHA-256 in lower-case hex over "t.body" with the secret of the address. Whoever receives it
/// computes the same and refuses what is older than five minutes, so that nobody can send it again later.
/// </summary>
public static class WebhookSignature
{
    /// <summary>Name of the header.</summary>
    public const string Header = "Framevet-Signature";

    /// <summary>Value of the header.</summary>
    public static string Sign(string body, string secret, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={seconds},v1={Hmac(seconds, body, secret)}";
    }

    /// <summary>What a receiver does: whether the header fits body and secret and is not older than <paramref name="tolerance"/>.</summary>
    public static bool IsValid(string header, string body, string secret, DateTimeOffset now, TimeSpan tolerance)
    {
        ArgumentNullException.ThrowIfNull(header);
        var parts = header.Split(',').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0].Trim(), p => p[1]);
        return parts.TryGetValue("t", out var seconds) && parts.TryGetValue("v1", out var signature)
            && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && Math.Abs(now.ToUnixTimeSeconds() - at) <= tolerance.TotalSeconds
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(Hmac(seconds, body, secret)));
    }

    private static string Hmac(string seconds, string body, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{seconds}.{body}")));
}
