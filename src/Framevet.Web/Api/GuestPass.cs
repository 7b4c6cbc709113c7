using System.Security.Cryptography;
using Framevet.Pipeline.Sharing;
using Microsoft.AspNetCore.DataProtection;

namespace Framevet.Web.Api;

/// <summary>
/// What the browser of a guest carries: a random word that tells its picks from those of others, and, once the password was right, a sealed note for that one link. A note is worth nothing for another link,
/// another token or another password. Thread-safe.
/// </summary>
public sealed class GuestPass(IDataProtectionProvider protection, TimeProvider clock)
{
    private const string GuestCookie = "fv-guest";
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private readonly ITimeLimitedDataProtector _seal = protection.CreateProtector("framevet.guest-pass").ToTimeLimitedDataProtector();

    /// <summary>The guest's word; made and sent along when the browser has none.</summary>
    public string GuestOf(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.Cookies[GuestCookie] is { Length: 32 } known && known.All(char.IsAsciiHexDigitLower))
        {
            return known;
        }

        var word = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        http.Response.Cookies.Append(GuestCookie, word, Cookie(http, clock.GetUtcNow().AddDays(ShareDesk.MostDays)));
        return word;
    }

    /// <summary>Whether the browser may see the link: it has no password, or this browser gave it.</summary>
    public bool IsAdmitted(HttpContext http, Share share, string? passwordHash)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(share);
        if (passwordHash is null)
        {
            return true;
        }

        try
        {
            return http.Request.Cookies[Name(share)] is { } note && _seal.Unprotect(note) == Note(share, passwordHash);
        }
        catch (CryptographicException)
        {
            // Too old, of another server, or not ours.
            return false;
        }
    }

    /// <summary>Admits the browser until the link ends, at most twelve hours.</summary>
    public void Admit(HttpContext http, Share share, string passwordHash)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(share);
        var until = clock.GetUtcNow() + Longest;
        until = until < share.ExpiresAt ? until : share.ExpiresAt;
        http.Response.Cookies.Append(Name(share), _seal.Protect(Note(share, passwordHash), until), Cookie(http, until));
    }

    private static string Name(Share share) => $"fv-pass-{share.Id:N}";

    private static string Note(Share share, string passwordHash) => $"{share.Id:N} {passwordHash}";

    private static CookieOptions Cookie(HttpContext http, DateTimeOffset until) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/g", Expires = until, IsEssential = true };
}
