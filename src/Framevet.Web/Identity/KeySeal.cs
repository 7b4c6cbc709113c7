using System.Security.Cryptography;
using Framevet.Pipeline.Webhooks;
using Microsoft.AspNetCore.DataProtection;

namespace Framevet.Web.Identity;

/// <summary>Secrets of webhooks, encrypted with the server's keys and bound to their address. Thread-safe.</summary>
internal sealed class KeySeal(IDataProtectionProvider protection) : ISecretSeal
{
    public string Seal(string owner, string text) => For(owner).Protect(text);

    public string? Open(string owner, string sealedText)
    {
        try
        {
            return For(owner).Unprotect(sealedText);
        }
        catch (CryptographicException)
        {
            // The server has other keys than when it was stored: the secret is gone, and the address must be made anew.
            return null;
        }
    }

    private IDataProtector For(string owner) => protection.CreateProtector("Framevet.WebhookSecrets", owner);
}
