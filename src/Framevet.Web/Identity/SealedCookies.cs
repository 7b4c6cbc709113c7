using System.Security.Cryptography;
using System.Text;
using Framevet.Data.Stores;
using Framevet.Pipeline.Ingest.Links;
using Microsoft.AspNetCore.DataProtection;

namespace Framevet.Web.Identity;

/// <summary>Cookies for links, encrypted with the server's keys and bound to their owner. Thread-safe.</summary>
internal sealed class SealedCookies(CookieStore store, IDataProtectionProvider protection) : ICookieJar
{
    public async Task<string?> ReadAsync(string ownerId, CancellationToken ct)
    {
        if (await store.ReadAsync(ownerId, ct) is not { } bytes)
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(For(ownerId).Unprotect(bytes));
        }
        catch (CryptographicException)
        {
            // The server has other keys than when they were stored: they are as good as gone, and the user is asked for new ones where they are needed.
            return null;
        }
    }

    public Task SaveAsync(string ownerId, CookieSheet cookies, CancellationToken ct) =>
        store.SaveAsync(ownerId, For(ownerId).Protect(Encoding.UTF8.GetBytes(cookies.Text)), cookies.Sites, cookies.ExpiresAt, ct);

    public Task DeleteAsync(string ownerId, CancellationToken ct) => store.DeleteAsync(ownerId, ct);

    public Task<CookieNote?> NoteAsync(string ownerId, CancellationToken ct) => store.NoteAsync(ownerId, ct);

    private IDataProtector For(string ownerId) => protection.CreateProtector("Framevet.LinkCookies", ownerId);
}
