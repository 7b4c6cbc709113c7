using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Framevet.Data.Stores;

/// <summary>Secrets made here: 256 random bits. Only the hash is stored.</summary>
internal static class Secrets
{
    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256 as lower-case hex. Fast on purpose: nobody guesses 256 random bits.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
