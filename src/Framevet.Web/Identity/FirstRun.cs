using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>The first admin: made once, by a link that only the console shows. There is no default password. Scoped.</summary>
internal sealed class FirstRun(UserManager<FramevetUser> users, RoleManager<IdentityRole> roles, SessionSignIn session, SetupTokenStore tokens,
    IAuditTrail audit, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Makes the rows of all roles.</summary>
    public async Task PrepareAsync()
    {
        foreach (var role in Roles.All)
        {
            if (!await roles.RoleExistsAsync(role))
            {
                (await roles.CreateAsync(new IdentityRole(role))).MustSucceed();
            }
        }
    }

    /// <summary>A fresh set-up token, or null when there is an admin already. Earlier tokens stop working.</summary>
    public async Task<string?> NewTokenAsync(CancellationToken ct) => await HasAdminAsync() ? null : await tokens.CreateAsync(Lifetime, ct);

    /// <summary>Uses the token up, makes the first admin and signs in. Returns a fault in words, or null.</summary>
    public async Task<string?> SetUpAsync(string token, string name, string password, CancellationToken ct)
    {
        if (await HasAdminAsync() || !await tokens.IsValidAsync(token, ct))
        {
            return "This link is not valid any more. The server prints a new one when it starts, as long as there is no admin.";
        }

        // Everything that the user can correct is checked first: the token works once.
        var admin = new FramevetUser { UserName = name.Trim(), CreatedAt = time.GetUtcNow(), LockoutEnabled = true, LastSeenAt = time.GetUtcNow() };
        foreach (var check in users.UserValidators.Select(v => v.ValidateAsync(users, admin)).Concat(users.PasswordValidators.Select(v => v.ValidateAsync(users, admin, password))))
        {
            if (await check is { Succeeded: false } faults)
            {
                return faults.Sentence();
            }
        }

        if (!await tokens.TryRedeemAsync(token, ct))
        {
            return "Somebody else has just used this link.";
        }

        (await users.CreateAsync(admin, password)).MustSucceed();
        (await users.AddToRoleAsync(admin, Roles.Admin)).MustSucceed();
        await audit.AppendAsync(Actor.System, "account.setup", $"user/{admin.Id}", null, null, ct);
        await session.BeginAsync(admin, SignInMethods.Link, ct);
        return null;
    }

    private async Task<bool> HasAdminAsync() => (await users.GetUsersInRoleAsync(Roles.Admin)).Count > 0;
}
