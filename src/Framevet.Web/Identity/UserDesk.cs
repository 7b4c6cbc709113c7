using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Data.Queries;
using Framevet.Data.Tables;
using Framevet.Pipeline;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>What an admin can do with accounts. Every change is audited. A scope of services per call, so that pages may keep one desk. Thread-safe.</summary>
public sealed class UserDesk(IServiceScopeFactory scopes, ReviewQuery reviews, IReviewQueue queue, IRunEvents events, SessionDesk sessions, IAuditTrail audit,
    IOptions<DataProtectionTokenProviderOptions> links, TimeProvider time) : IDisposable
{
    private const int MaxClaims = 1000;
    private const int MaxName = 100;

    // Two admins who demote each other at the same moment would leave none.
    private readonly SemaphoreSlim _changing = new(1, 1);

    /// <summary>Creates an account without a password and returns the one-time link by which its owner sets one. No role means Submitter.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest (name, role), Conflict (name taken).</exception>
    public async Task<InviteLink> CreateAsync(string name, string? email, ImmutableArray<string> roles, Actor actor, CancellationToken ct)
    {
        MustAdminister(actor);
        CheckRoles(roles);
        await using var scope = scopes.CreateAsyncScope();
        var users = Users(scope);
        var user = new FramevetUser
        {
            UserName = name?.Trim(),
            Email = string.IsNullOrWhiteSpace(email) ? null : email.Trim(),
            CreatedAt = time.GetUtcNow(),
            LockoutEnabled = true,
        };
        ImmutableArray<string> given = roles.IsEmpty ? [Roles.Submitter] : roles;
        (await users.CreateAsync(user)).MustSucceed();
        (await users.AddToRolesAsync(user, given)).MustSucceed();
        await audit.AppendAsync(actor, "user.create", Subject(user), null, Json(new { user.UserName, roles = given }), ct);
        return await LinkAsync(users, user);
    }

    /// <summary>A new one-time link to set a password; every link stops working once one of them is used.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task<InviteLink> InviteAsync(string userId, Actor actor, CancellationToken ct)
    {
        MustAdminister(actor);
        await using var scope = scopes.CreateAsyncScope();
        var users = Users(scope);
        var user = await FindAsync(users, userId);
        await audit.AppendAsync(actor, "user.invite", Subject(user), null, null, ct);
        return await LinkAsync(users, user);
    }

    /// <summary>Replaces the roles; open sessions end.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, InvalidRequest, Conflict (the last admin stays).</exception>
    public Task ChangeRolesAsync(string userId, ImmutableArray<string> roles, Actor actor, CancellationToken ct) => ChangeAsync(userId, actor, async (users, user) =>
    {
        CheckRoles(roles);
        var before = await users.GetRolesAsync(user);
        if (before.Contains(Roles.Admin) && !roles.Contains(Roles.Admin))
        {
            await MustLeaveAnAdminAsync(users, user);
        }

        (await users.RemoveFromRolesAsync(user, before.Except(roles))).MustSucceed();
        (await users.AddToRolesAsync(user, roles.Except(before))).MustSucceed();
        (await users.UpdateSecurityStampAsync(user)).MustSucceed();
        await sessions.EndAllAsync(user.Id, null, ct);
        await audit.AppendAsync(actor, "user.roles", Subject(user), Json(before), Json(roles), ct);
    }, ct);

    /// <summary>Deactivates (signs out, releases review claims, stops API keys) or activates again.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Conflict (the last admin stays).</exception>
    public Task SetActiveAsync(string userId, bool active, Actor actor, CancellationToken ct) => ChangeAsync(userId, actor, async (users, user) =>
    {
        if (user.IsActive == active)
        {
            return;
        }

        if (!active && await users.IsInRoleAsync(user, Roles.Admin))
        {
            await MustLeaveAnAdminAsync(users, user);
        }

        user.IsActive = active;
        (await users.UpdateSecurityStampAsync(user)).MustSucceed();
        await audit.AppendAsync(actor, active ? "user.activate" : "user.deactivate", Subject(user), null, null, ct);
        if (!active)
        {
            await sessions.EndAllAsync(user.Id, null, ct);
            await ReleaseClaimsAsync(user.Id, ct);
        }
    }, ct);

    /// <summary>Takes the second step from somebody who lost it: the next sign-in needs only the password. All sessions end.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, Conflict (there is none).</exception>
    public Task ResetTwoStepAsync(string userId, Actor actor, CancellationToken ct) => ChangeAsync(userId, actor, async (users, user) =>
    {
        if (!user.TwoFactorEnabled)
        {
            throw new VettingException(FailureCode.Conflict, $"{user.UserName} has no second step.");
        }

        await TwoStepDesk.ForgetAsync(users, user);
        await sessions.EndAllAsync(user.Id, null, ct);
        await audit.AppendAsync(actor, "user.two-step-reset", Subject(user), null, null, ct);
    }, ct);

    /// <summary>Signs somebody out everywhere.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public Task EndSessionsAsync(string userId, Actor actor, CancellationToken ct) => ChangeAsync(userId, actor, async (_, user) =>
    {
        await sessions.EndAllAsync(user.Id, null, ct);
        await audit.AppendAsync(actor, "user.sessions-end", Subject(user), null, null, ct);
    }, ct);

    /// <summary>Sets one's own display name; empty = the user name.</summary>
    /// <exception cref="VettingException">NotFound, InvalidRequest (too long).</exception>
    public async Task RenameAsync(string displayName, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var name = (displayName ?? "").Trim();
        if (name.Length > MaxName || name.Any(char.IsControl))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A name has at most {MaxName} characters.");
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = Users(scope);
        var user = await FindAsync(users, actor.Id);
        var before = user.DisplayName;
        user.DisplayName = name;
        (await users.UpdateAsync(user)).MustSucceed();
        await audit.AppendAsync(actor, "account.rename", Subject(user), Json(before), Json(name), ct);
    }

    /// <summary>One's own account.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task<OwnAccount> OwnAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ct.ThrowIfCancellationRequested();
        await using var scope = scopes.CreateAsyncScope();
        var users = Users(scope);
        var user = await FindAsync(users, actor.Id);
        return new OwnAccount(user.UserName!, user.DisplayName, user.Email, [.. await users.GetRolesAsync(user)], user.TwoFactorEnabled, user.PasswordHash is not null,
            (await users.GetLoginsAsync(user)).Any(l => l.LoginProvider == CompanySignIn.Scheme));
    }

    /// <inheritdoc/>
    public void Dispose() => _changing.Dispose();

    private async Task ChangeAsync(string userId, Actor actor, Func<UserManager<FramevetUser>, FramevetUser, Task> change, CancellationToken ct)
    {
        MustAdminister(actor);
        await _changing.WaitAsync(ct);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var users = Users(scope);
            await change(users, await FindAsync(users, userId));
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task ReleaseClaimsAsync(string userId, CancellationToken ct)
    {
        var claimed = await reviews.PageAsync([ReviewState.Claimed], 0, MaxClaims, ct);
        foreach (var item in claimed.Rows.Select(r => r.Item).Where(i => i.Claim?.UserId == userId))
        {
            if (await queue.TryReleaseAsync(item.Id, item.Claim!.Token, time.GetUtcNow(), ct))
            {
                events.Publish(new ReviewChanged(item.RunId, 0, time.GetUtcNow(), item.Id, ReviewState.Waiting, null));
            }
        }
    }

    private async Task<InviteLink> LinkAsync(UserManager<FramevetUser> users, FramevetUser user)
    {
        var token = await users.GeneratePasswordResetTokenAsync(user);
        var path = $"{WebPaths.Invite}?user={Uri.EscapeDataString(user.Id)}&token={Uri.EscapeDataString(token)}";
        return new InviteLink(user.Id, path, time.GetUtcNow() + links.Value.TokenLifespan);
    }

    private static async Task MustLeaveAnAdminAsync(UserManager<FramevetUser> users, FramevetUser without)
    {
        if (!(await users.GetUsersInRoleAsync(Roles.Admin)).Any(u => u.IsActive && u.Id != without.Id))
        {
            throw new VettingException(FailureCode.Conflict, $"{without.UserName} is the last active admin; make somebody else admin first.");
        }
    }

    private static async Task<FramevetUser> FindAsync(UserManager<FramevetUser> users, string userId) =>
        await users.FindByIdAsync(userId) ?? throw new VettingException(FailureCode.NotFound, "There is no such account.");

    private static void CheckRoles(ImmutableArray<string> roles)
    {
        if (roles.Except(Roles.All).FirstOrDefault() is { } unknown)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"There is no role '{unknown}'; there are: {string.Join(", ", Roles.All)}.");
        }
    }

    private static void MustAdminister(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.Has(Rights.Administer))
        {
            throw new VettingException(FailureCode.Forbidden, "Only admins manage accounts.");
        }
    }

    private static UserManager<FramevetUser> Users(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>();

    private static string Subject(FramevetUser user) => $"user/{user.Id}";

    private static string Json(object value) => JsonSerializer.Serialize(value, PipelineJson.Options);
}

/// <summary>Where a new user sets a password. <paramref name="Path"/> is relative to the server's address and works once, until <paramref name="ExpiresAt"/>.</summary>
public sealed record InviteLink(string UserId, string Path, DateTimeOffset ExpiresAt);

/// <summary>What somebody sees of their own account.</summary>
public sealed record OwnAccount(string Name, string DisplayName, string? Email, ImmutableArray<string> Roles, bool HasTwoStep, bool HasPassword, bool IsLinked);
