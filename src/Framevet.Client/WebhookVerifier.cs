using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Framevet.Client;

/// <summary>For receivers of webhooks: whether a message is the server's, and not an old one sent again. Thread-safe.</summary>
public sealed class WebhookVerifier(string secret, TimeSpan? tolerance = null, TimeProvider? time = null)
{
    /// <summary>Request header that carries the signature.</summary>
    public const string Header = "Framevet-Signature";

    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    /// <summary>Whether the header's value belongs to exactly these bytes of the body, and is not older than the tolerance (five minutes).</summary>
    public bool IsValid(string? signature, ReadOnlySpan<byte> body)
    {
        string? seconds = null, told = null;
        foreach (var part in (signature ?? "").Split(','))
        {
            var pair = part.Trim().Split('=', 2);
            seconds = pair is ["t", var t] ? t : seconds;
            told = pair is ["v1", var v] ? v : told;
        }

        if (told is null || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || Math.Abs((time ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds() - at) > (tolerance ?? FiveMinutes).TotalSeconds)
        {
            return false;
        }

        byte[] signed = [.. Encoding.ASCII.GetBytes($"{seconds}."), .. body];
        var right = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(right), Encoding.UTF8.GetBytes(told));
    }
}
