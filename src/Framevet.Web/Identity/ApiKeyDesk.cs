using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Identity;

/// <summary>API keys of a user. Only a hash of the secret is stored. Thread-safe.</summary>
public sealed class ApiKeyDesk
{
    /// <summary>Makes a key for the actor; its text is shown once.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest (name, scopes, expiry in the past).</exception>
    public Task<NewApiKey> CreateAsync(string name, ImmutableArray<string> scopes, DateTimeOffset? expiresAt, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Revokes a key of the actor; admins revoke anybody's.</summary>
    /// <exception cref="Pipeline.VettingException">NotFound.</exception>
    public Task RevokeAsync(Guid id, Actor actor, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>A fresh key. <paramref name="Text"/> is <c>fv_{prefix}_{secret}</c> and cannot be read again.</summary>
public sealed record NewApiKey(Guid Id, string Prefix, string Text);
