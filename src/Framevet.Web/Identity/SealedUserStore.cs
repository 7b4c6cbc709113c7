using System.Security.Cryptography;
using System.Text;
using Framevet.Data;
using Framevet.Data.Tables;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Framevet.Web.Identity;

/// <summary>Accounts as Identity stores them, but secrets of authenticator apps are encrypted with the server's keys, and of recovery codes only hashes are kept.</summary>
internal sealed class SealedUserStore(FramevetDb db, IDataProtectionProvider protection, IdentityErrorDescriber errors) : UserStore<FramevetUser, IdentityRole, FramevetDb>(db, errors)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Framevet.AuthenticatorKey");

    public override Task SetAuthenticatorKeyAsync(FramevetUser user, string key, CancellationToken cancellationToken) =>
        base.SetAuthenticatorKeyAsync(user, _protector.Protect(key), cancellationToken);

    public override async Task<string?> GetAuthenticatorKeyAsync(FramevetUser user, CancellationToken cancellationToken)
    {
        if (await base.GetAuthenticatorKeyAsync(user, cancellationToken) is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            return _protector.Unprotect(text);
        }
        catch (CryptographicException)
        {
            // Other keys than when it was stored: no code fits any more; recovery codes and an admin still help.
            return null;
        }
    }

    public override Task ReplaceCodesAsync(FramevetUser user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        base.ReplaceCodesAsync(user, recoveryCodes.Select(RecoveryCodes.Hash), cancellationToken);

    public override async Task<bool> RedeemCodeAsync(FramevetUser user, string code, CancellationToken cancellationToken)
    {
        // The base class would hash what is hashed when it stores the others again.
        var hashes = await StoredAsync(user, cancellationToken);
        var hash = RecoveryCodes.Hash(code);
        if (!hashes.Contains(hash, StringComparer.Ordinal))
        {
            return false;
        }

        await base.ReplaceCodesAsync(user, hashes.Where(h => h != hash), cancellationToken);
        return true;
    }

    private async Task<string[]> StoredAsync(FramevetUser user, CancellationToken ct) =>
        (await GetTokenAsync(user, "[AspNetUserStore]", "RecoveryCodes", ct) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Codes for somebody without their authenticator: 122 random bits, so a plain hash is enough.</summary>
internal static class RecoveryCodes
{
    /// <summary>How many there are.</summary>
    public const int Count = 10;

    // Without letters that look like digits.
    private const string Alphabet = "23456789abcdefghjkmnpqrstvwxyz";
    private const int Groups = 5;

    /// <summary>A fresh set.</summary>
    public static string[] New() =>
        [.. Enumerable.Range(0, Count).Select(_ => string.Join('-', Enumerable.Range(0, Groups).Select(_ => RandomNumberGenerator.GetString(Alphabet, 5))))];

    /// <summary>What is stored of a code; blanks, dashes and case do not matter.</summary>
    public static string Hash(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.ToLowerInvariant().Where(char.IsLetterOrDigit)))));
}
