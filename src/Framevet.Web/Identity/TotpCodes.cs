using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Framevet.Web.Identity;

/// <summary>Codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which is all that every app knows.</summary>
internal static class TotpCodes
{
    /// <summary>Seconds of a step.</summary>
    public const int StepSeconds = 30;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Digits = 1_000_000;

    /// <summary>Number of the step at a time.</summary>
    public static long StepAt(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step.</summary>
    public static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // RFC 6238: apps compute SHA-1; as an HMAC it has no known weakness.
        var hash = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & int.MaxValue;
        return (number % Digits).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The step whose code it is: the present one, or a neighbour, because clocks differ; null when none.</summary>
    public static long? Match(ReadOnlySpan<byte> key, string code, DateTimeOffset now)
    {
        long? found = null;
        for (var step = StepAt(now) - 1; step <= StepAt(now) + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(Code(key, step)), System.Text.Encoding.UTF8.GetBytes(code)))
            {
                found = step;
            }
        }

        return found;
    }

    /// <summary>Bytes of a base 32 text (RFC 4648); blanks and case do not matter.</summary>
    /// <exception cref="FormatException">Another character.</exception>
    public static byte[] FromBase32(string text)
    {
        var (bytes, buffer, bits) = (new List<byte>(), 0, 0);
        foreach (var letter in text.ToUpperInvariant().Where(c => c is not ' ' and not '='))
        {
            var value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            buffer = value < 0 ? throw new FormatException("Not base 32.") : (buffer << 5) | value;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(buffer >> bits));
                buffer &= (1 << bits) - 1;
            }
        }

        return [.. bytes];
    }
}
