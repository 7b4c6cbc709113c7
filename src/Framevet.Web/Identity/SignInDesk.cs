using System.Security.Claims;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>How a try to sign in ended.</summary>
internal enum SignInStep
{
    /// <summary>Refused; why is nobody's business.</summary>
    Refused,

    /// <summary>Name and password are right, a code is still needed.</summary>
    NeedsCode,

    /// <summary>Signed in.</summary>
    Done,
}

/// <summary>Signing in, accepting an invite, changing one's own password. Answers with a fault in words, or null. Scoped.</summary>
internal sealed class SignInDesk(UserManager<FramevetUser> users, SignInManager<FramevetUser> signIn, SessionSignIn session, SignInLock locks, IAuditTrail audit,
    IOptions<FramevetOptions> options)
{
    private const string BadLink = "This link is not valid any more; ask for a new one.";

    /// <summary>A hash of the same cost as those of accounts, for names that no account has.</summary>
    private static readonly string HashOfNobody = new PasswordHasher<FramevetUser>().HashPassword(new FramevetUser(), Guid.NewGuid().ToString());

    /// <summary>
    /// Checks name (or e-mail) and password. Unknown, wrong, locked and deactivated look the same from outside, and are the same work: one look at
    /// the lock, one check of a password, one entry of a failure.
    /// </summary>
    public async Task<SignInStep> SignInAsync(string name, string password, CancellationToken ct)
    {
        var user = await users.FindByNameAsync(name) ?? (name.Contains('@', StringComparison.Ordinal) ? await users.FindByEmailAsync(name) : null);
        var who = locks.Who(user, name);
        var isLocked = await locks.IsLockedAsync(who, ct);
        var isRight = Matches(user, password) && user is { IsActive: true } && options.Value.Oidc.LocalSignIn;
        if (!isRight || isLocked)
        {
            await locks.FailAsync(who, user, ct);
            return SignInStep.Refused;
        }

        if (user!.TwoFactorEnabled)
        {
            // The failures stay counted until the code is right, too.
            await signIn.Context.SignInAsync(IdentityConstants.TwoFactorUserIdScheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user.Id)], IdentityConstants.TwoFactorUserIdScheme)));
            return SignInStep.NeedsCode;
        }

        await locks.ClearAsync(who, ct);
        await session.BeginAsync(user, SignInMethods.Password, ct);
        return SignInStep.Done;
    }

    /// <summary>The second step: a code of the app or a recovery code. Refused also when the first step is too long ago.</summary>
    public async Task<SignInStep> FinishAsync(string code, CancellationToken ct)
    {
        if (await WaitingAsync() is not { IsActive: true } user)
        {
            return SignInStep.Refused;
        }

        var who = locks.Who(user, "");
        if (await locks.IsLockedAsync(who, ct))
        {
            return SignInStep.NeedsCode;
        }

        var isRecovery = code.Count(char.IsLetterOrDigit) > 10;
        var isRight = isRecovery
            ? (await users.RedeemTwoFactorRecoveryCodeAsync(user, code)).Succeeded
            : await users.VerifyTwoFactorTokenAsync(user, users.Options.Tokens.AuthenticatorTokenProvider, code);
        if (!isRight)
        {
            await locks.FailAsync(who, user, ct);
            return SignInStep.NeedsCode;
        }

        if (isRecovery)
        {
            await audit.AppendAsync(new Actor(user.Id, user.UserName!, Rights.None), "account.recovery-code", $"user/{user.Id}", null, null, ct);
        }

        await signIn.Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await locks.ClearAsync(who, ct);
        await session.BeginAsync(user, isRecovery ? SignInMethods.Recovery : SignInMethods.Code, ct);
        return SignInStep.Done;
    }

    /// <summary>Sets the first password by a link, and signs in, or asks for the code where there is a second step.</summary>
    public async Task<string?> AcceptInviteAsync(string userId, string token, string password, CancellationToken ct)
    {
        if (await users.FindByIdAsync(userId) is not { IsActive: true } user || !options.Value.Oidc.LocalSignIn)
        {
            return BadLink;
        }

        var result = await users.ResetPasswordAsync(user, token, password);
        if (!result.Succeeded)
        {
            return result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.InvalidToken)) ? BadLink : result.Sentence();
        }

        await audit.AppendAsync(new Actor(user.Id, user.UserName!, Rights.None), "account.invite-accepted", $"user/{user.Id}", null, null, ct);
        await locks.ClearAsync(locks.Who(user, ""), ct);
        await session.EndAllAsync(user, ct);

        // A link must not get around the second step.
        return user.TwoFactorEnabled
            ? "The password is set. Sign in with it and your code."
            : await BeginAsync(user, ct);
    }

    /// <summary>Changes one's own password; other sessions end, this one goes on.</summary>
    public async Task<string?> ChangePasswordAsync(ClaimsPrincipal principal, string current, string password, CancellationToken ct)
    {
        if (await users.GetUserAsync(principal) is not { } user)
        {
            return "Sign in again.";
        }

        if (await ConfirmAsync(user, current, ct) is { } fault)
        {
            return fault;
        }

        var result = await users.ChangePasswordAsync(user, current, password);
        if (!result.Succeeded)
        {
            return result.Sentence();
        }

        await audit.AppendAsync(principal.ToActor(), "account.password", $"user/{user.Id}", null, null, ct);
        await session.GoOnAloneAsync(user, ct);
        return null;
    }

    /// <summary>Whether it is the owner who asks: a fault in words unless the password is right. Wrong ones count as at the sign-in.</summary>
    public async Task<string?> ConfirmAsync(FramevetUser user, string password, CancellationToken ct)
    {
        var who = locks.Who(user, "");
        if (await locks.IsLockedAsync(who, ct))
        {
            return "Too many wrong passwords. Wait some minutes.";
        }

        if (Matches(user, password))
        {
            return null;
        }

        await locks.FailAsync(who, user, ct);
        return "The current password is wrong.";
    }

    /// <summary>Whether the code is right; wrong ones count as at the sign-in.</summary>
    public async Task<bool> ConfirmCodeAsync(FramevetUser user, string code, CancellationToken ct)
    {
        var who = locks.Who(user, "");
        if (await locks.IsLockedAsync(who, ct))
        {
            return false;
        }

        if (await users.VerifyTwoFactorTokenAsync(user, users.Options.Tokens.AuthenticatorTokenProvider, code))
        {
            return true;
        }

        await locks.FailAsync(who, user, ct);
        return false;
    }

    /// <summary>Who has done the first step in this browser; null when nobody, or too long ago.</summary>
    public async Task<FramevetUser?> WaitingAsync() =>
        (await signIn.Context.AuthenticateAsync(IdentityConstants.TwoFactorUserIdScheme)).Principal?.FindFirstValue(ClaimTypes.Name) is { } id ? await users.FindByIdAsync(id) : null;

    private async Task<string?> BeginAsync(FramevetUser user, CancellationToken ct)
    {
        await session.BeginAsync(user, SignInMethods.Link, ct);
        return null;
    }

    private bool Matches(FramevetUser? user, string password)
    {
        var isTooLong = password.Length > PasswordRules.MaxLength;
        var result = users.PasswordHasher.VerifyHashedPassword(user ?? new FramevetUser(), user?.PasswordHash ?? HashOfNobody, isTooLong ? "" : password);
        return result != PasswordVerificationResult.Failed && user?.PasswordHash is not null && !isTooLong;
    }
}
