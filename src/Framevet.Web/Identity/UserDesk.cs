using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Identity;

/// <summary>What an admin can do with accounts. Every change is audited. Scoped.</summary>
public sealed class UserDesk
{
    /// <summary>Creates an account without a password and returns the one-time link by which its owner sets one.</summary>
    /// <exception cref="Pipeline.VettingException">Forbidden, InvalidRequest (name, role), Conflict (name taken).</exception>
    public Task<InviteLink> CreateAsync(string name, string? email, ImmutableArray<string> roles, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>A new one-time link to set a password; older links stop working once it is used.</summary>
    /// <exception cref="Pipeline.VettingException">Forbidden, NotFound.</exception>
    public Task<InviteLink> InviteAsync(string userId, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Replaces the roles; open sessions follow within half a minute.</summary>
    /// <exception cref="Pipeline.VettingException">Forbidden, NotFound, InvalidRequest, Conflict (the last admin stays).</exception>
    public Task ChangeRolesAsync(string userId, ImmutableArray<string> roles, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Deactivates (signs out, releases review claims, stops API keys) or activates again.</summary>
    /// <exception cref="Pipeline.VettingException">Forbidden, NotFound, Conflict (the last admin stays).</exception>
    public Task SetActiveAsync(string userId, bool active, Actor actor, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>Where a new user sets a password. <paramref name="Path"/> is relative to the server's address and works once, until <paramref name="ExpiresAt"/>.</summary>
public sealed record InviteLink(string UserId, string Path, DateTimeOffset ExpiresAt);
