using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Data.Queries;

/// <summary>Accounts, for the Users page.</summary>
public sealed class UsersQuery
{
    /// <summary>One page of users by name.</summary>
    public Task<Page<UserRow>> PageAsync(string? text, int skip, int take, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>An account in a list.</summary>
public sealed record UserRow(string Id, string Name, string? Email, ImmutableArray<string> Roles, bool IsActive, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt, int Runs);

/// <summary>The audit trail, newest first.</summary>
public sealed class AuditQuery
{
    /// <summary>One page of entries.</summary>
    public Task<Page<AuditRow>> PageAsync(AuditFilter filter, int skip, int take, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>What to list; null = any. Action matches as a prefix (<c>review.</c>).</summary>
public sealed record AuditFilter(string? Actor = null, string? Action = null, string? Subject = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>One entry.</summary>
public sealed record AuditRow(long Id, DateTimeOffset At, string ActorId, string ActorName, string Action, string Subject, string? Before, string? After);

/// <summary>Versions of the settings, newest first.</summary>
public sealed class SettingsQuery
{
    /// <summary>All versions.</summary>
    public Task<ImmutableArray<SettingsVersion>> VersionsAsync(int take, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>API keys of a user; the secret is never stored, only its hash.</summary>
public sealed class ApiKeysQuery
{
    /// <summary>Keys of one user, newest first.</summary>
    public Task<ImmutableArray<ApiKeyRow>> ForUserAsync(string userId, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>A key as it may be shown.</summary>
public sealed record ApiKeyRow(Guid Id, string Name, string Prefix, ImmutableArray<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, bool IsRevoked);
