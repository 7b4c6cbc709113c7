using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>Checks codes of authenticator apps in place of the framework's provider, which would take the same code twice.</summary>
internal sealed class AuthenticatorCodes(SignInStore used, TimeProvider time) : IUserTwoFactorTokenProvider<FramevetUser>
{
    /// <summary>Apps make the codes, not the server.</summary>
    public Task<string> GenerateAsync(string purpose, UserManager<FramevetUser> manager, FramevetUser user) => Task.FromResult("");

    /// <summary>Right once: the code's step, and all before it, are used up then.</summary>
    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<FramevetUser> manager, FramevetUser user)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(user);
        return await manager.GetAuthenticatorKeyAsync(user) is { Length: > 0 } key
            && TotpCodes.Match(TotpCodes.FromBase32(key), Plain(token), time.GetUtcNow()) is { } step
            && await used.TryUseCodeAsync(user.Id, step, CancellationToken.None);
    }

    public async Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<FramevetUser> manager, FramevetUser user)
    {
        ArgumentNullException.ThrowIfNull(manager);
        return !string.IsNullOrEmpty(await manager.GetAuthenticatorKeyAsync(user));
    }

    private static string Plain(string? code) => (code ?? "").Replace(" ", "", StringComparison.Ordinal);
}
