using System.Security.Claims;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>Signing in, accepting an invite, changing one's own password. Answers with a fault in words, or null. Scoped.</summary>
internal sealed class SignInDesk(UserManager<FramevetUser> users, SignInManager<FramevetUser> signIn, IAuditTrail audit, TimeProvider time)
{
    private const string BadLink = "This link is not valid any more; ask for a new one.";

    /// <summary>
    /// True when name (or e-mail) and password are right and the account may sign in. Unknown, wrong, locked and deactivated look the same
    /// from outside, and take as long.
    /// </summary>
    public async Task<bool> SignInAsync(string name, string password)
    {
        var user = await users.FindByNameAsync(name) ?? (name.Contains('@', StringComparison.Ordinal) ? await users.FindByEmailAsync(name) : null);
        if (user?.PasswordHash is null || password.Length > PasswordRules.MaxLength)
        {
            users.PasswordHasher.HashPassword(new FramevetUser(), "the same work as for a known account");
            return false;
        }

        var result = await signIn.PasswordSignInAsync(user, password, isPersistent: true, lockoutOnFailure: true);
        if (result.IsLockedOut)
        {
            await audit.AppendAsync(Actor.System, "account.locked", $"user/{user.Id}", null, null, CancellationToken.None);
        }

        if (result.Succeeded)
        {
            user.LastSeenAt = time.GetUtcNow();
            await users.UpdateAsync(user);
        }

        return result.Succeeded;
    }

    /// <summary>Sets the first password by a link, and signs in.</summary>
    public async Task<string?> AcceptInviteAsync(string userId, string token, string password, CancellationToken ct)
    {
        if (await users.FindByIdAsync(userId) is not { IsActive: true } user)
        {
            return BadLink;
        }

        var result = await users.ResetPasswordAsync(user, token, password);
        if (!result.Succeeded)
        {
            return result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.InvalidToken)) ? BadLink : result.Sentence();
        }

        await audit.AppendAsync(new Actor(user.Id, user.UserName!, Rights.None), "account.invite-accepted", $"user/{user.Id}", null, null, ct);
        await users.ResetAccessFailedCountAsync(user);
        await users.SetLockoutEndDateAsync(user, null);
        await signIn.SignInAsync(user, isPersistent: true);
        return null;
    }

    /// <summary>Changes one's own password; other sessions end, this one goes on.</summary>
    public async Task<string?> ChangePasswordAsync(ClaimsPrincipal principal, string current, string password, CancellationToken ct)
    {
        if (await users.GetUserAsync(principal) is not { } user)
        {
            return "Sign in again.";
        }

        var result = await users.ChangePasswordAsync(user, current, password);
        if (!result.Succeeded)
        {
            return result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch)) ? "The current password is wrong." : result.Sentence();
        }

        await audit.AppendAsync(principal.ToActor(), "account.password", $"user/{user.Id}", null, null, ct);
        await signIn.RefreshSignInAsync(user);
        return null;
    }
}
