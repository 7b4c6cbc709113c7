using System.Globalization;
using System.Security.Cryptography;

namespace Framevet.Pipeline.Sharing;

/// <summary>Passwords of links: PBKDF2 with SHA-256 and a salt of their own, as text <c>iterations.salt.hash</c>.</summary>
public static class SharePassword
{
    private const int Iterations = 210_000, SaltBytes = 16, HashBytes = 32;

    /// <summary>The text to store.</summary>
    public static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Iterations}.{Convert.ToHexStringLower(salt)}.{Convert.ToHexStringLower(Derive(password, salt, Iterations))}");
    }

    /// <summary>Whether the password is the one that was stored; takes the same time either way.</summary>
    public static bool IsRight(string password, string stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return stored.Split('.') is [var count, var salt, var hash]
            && CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromHexString(salt), int.Parse(count, CultureInfo.InvariantCulture)), Convert.FromHexString(hash));
    }

    private static byte[] Derive(string password, byte[] salt, int iterations) => Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashBytes);
}
