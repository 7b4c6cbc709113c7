using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>One's own second step: set up, switched off, recovery codes. Answers with a fault in words, or null. Scoped.</summary>
internal sealed class TwoStepDesk(UserManager<FramevetUser> users, IUserStore<FramevetUser> store, SessionSignIn session, SignInDesk desk, ShownOnce shown, IAuditTrail audit,
    IOptions<FramevetOptions> options)
{
    private const string WrongCode = "This code is not right, or was used already. Wait for the next one.";

    /// <summary>State and, while it is off, what the app needs. The secret stays the same until it is confirmed, so that the page can be loaded again.</summary>
    public async Task<TwoStepState?> StateAsync(ClaimsPrincipal principal, CancellationToken ct)
    {
        if (await users.GetUserAsync(principal) is not { } user)
        {
            return null;
        }

        if (user.TwoFactorEnabled)
        {
            return new TwoStepState(true, IsRequired(principal), null, null, await users.CountRecoveryCodesAsync(user), shown.Take(user.Id));
        }

        var secret = await users.GetAuthenticatorKeyAsync(user);
        if (string.IsNullOrEmpty(secret))
        {
            // Not ResetAuthenticatorKeyAsync: it renews the account's stamp, and looking at a page would end all sessions.
            secret = users.GenerateNewAuthenticatorKey();
            await ((IUserAuthenticatorKeyStore<FramevetUser>)store).SetAuthenticatorKeyAsync(user, secret, ct);
            (await users.UpdateAsync(user)).MustSucceed();
        }

        var address = $"otpauth://totp/Framevet:{Uri.EscapeDataString(user.UserName!)}?secret={secret}&issuer=Framevet&digits=6&period={TotpCodes.StepSeconds}";
        return new TwoStepState(false, IsRequired(principal), string.Join(' ', secret!.Chunk(4).Select(c => new string(c))), QrPicture.PathOf(address), 0, []);
    }

    /// <summary>Switches it on when password and first code are right; the recovery codes are shown once by the page.</summary>
    public async Task<string?> SwitchOnAsync(ClaimsPrincipal principal, string password, string code, CancellationToken ct)
    {
        if (await users.GetUserAsync(principal) is not { TwoFactorEnabled: false } user)
        {
            return "The second step is on already.";
        }

        if (await desk.ConfirmAsync(user, password, ct) is { } fault)
        {
            return fault;
        }

        if (!await desk.ConfirmCodeAsync(user, code, ct))
        {
            return WrongCode;
        }

        (await users.SetTwoFactorEnabledAsync(user, true)).MustSucceed();
        await RenewCodesAsync(user, ct);
        await audit.AppendAsync(principal.ToActor(), "account.two-step-on", $"user/{user.Id}", null, null, ct);
        await session.GoOnAloneAsync(user, ct);
        return null;
    }

    /// <summary>Switches it off; needs password and code, and no role that requires it.</summary>
    public async Task<string?> SwitchOffAsync(ClaimsPrincipal principal, string password, string code, CancellationToken ct)
    {
        if (await users.GetUserAsync(principal) is not { TwoFactorEnabled: true } user)
        {
            return "The second step is off already.";
        }

        if (IsRequired(principal))
        {
            return "Your role requires a second step.";
        }

        if (await desk.ConfirmAsync(user, password, ct) is { } fault)
        {
            return fault;
        }

        if (!await desk.ConfirmCodeAsync(user, code, ct))
        {
            return WrongCode;
        }

        await ForgetAsync(users, user);
        await audit.AppendAsync(principal.ToActor(), "account.two-step-off", $"user/{user.Id}", null, null, ct);
        await session.GoOnAloneAsync(user, ct);
        return null;
    }

    /// <summary>New recovery codes; the old ones stop working.</summary>
    public async Task<string?> NewCodesAsync(ClaimsPrincipal principal, string code, CancellationToken ct)
    {
        if (await users.GetUserAsync(principal) is not { TwoFactorEnabled: true } user || !await desk.ConfirmCodeAsync(user, code, ct))
        {
            return WrongCode;
        }

        await RenewCodesAsync(user, ct);
        await audit.AppendAsync(principal.ToActor(), "account.recovery-codes", $"user/{user.Id}", null, null, ct);
        return null;
    }

    /// <summary>Switches it off and forgets secret and codes: the owner's wish, or an admin's help.</summary>
    internal static async Task ForgetAsync(UserManager<FramevetUser> users, FramevetUser user)
    {
        (await users.SetTwoFactorEnabledAsync(user, false)).MustSucceed();
        (await users.RemoveAuthenticationTokenAsync(user, "[AspNetUserStore]", "AuthenticatorKey")).MustSucceed();
        (await users.RemoveAuthenticationTokenAsync(user, "[AspNetUserStore]", "RecoveryCodes")).MustSucceed();
    }

    private async Task RenewCodesAsync(FramevetUser user, CancellationToken ct)
    {
        var codes = RecoveryCodes.New();
        await ((IUserTwoFactorRecoveryCodeStore<FramevetUser>)store).ReplaceCodesAsync(user, codes, ct);
        (await users.UpdateAsync(user)).MustSucceed();
        shown.Put(user.Id, [.. codes]);
    }

    private bool IsRequired(ClaimsPrincipal principal) => options.Value.SignIn.TwoStepRoles.Any(principal.IsInRole);
}

/// <summary>What the page shows. <paramref name="Secret"/> and <paramref name="QrPath"/> (of an SVG) only while it is off; <paramref name="NewCodes"/> only once.</summary>
internal sealed record TwoStepState(bool IsOn, bool IsRequired, string? Secret, QrPath? QrPath, int CodesLeft, ImmutableArray<string> NewCodes);

/// <summary>Texts that a page shows exactly once, between a form and the page behind it. In memory only. Thread-safe.</summary>
internal sealed class ShownOnce
{
    private readonly ConcurrentDictionary<string, ImmutableArray<string>> _texts = new();

    /// <summary>Keeps texts for somebody.</summary>
    public void Put(string userId, ImmutableArray<string> texts) => _texts[userId] = texts;

    /// <summary>Hands them out and forgets them; empty when there are none.</summary>
    public ImmutableArray<string> Take(string userId) => _texts.TryRemove(userId, out var texts) ? texts : [];
}
