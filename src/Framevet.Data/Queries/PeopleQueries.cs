using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline.Recipes;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Accounts, for the Users page.</summary>
public sealed class UsersQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>One page of users by name. Text matches name, user name or address, ignoring case.</summary>
    public async Task<Page<UserRow>> PageAsync(string? text, int skip, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var users = db.Users.AsNoTracking();
            if (text?.Trim() is { Length: > 0 } part)
            {
                users = users.Where(u => FramevetDb.Upper(u.DisplayName).Contains(FramevetDb.Upper(part)) || FramevetDb.Upper(u.UserName!).Contains(FramevetDb.Upper(part)) || FramevetDb.Upper(u.Email ?? "").Contains(FramevetDb.Upper(part)));
            }

            var total = await users.CountAsync(ct).ConfigureAwait(false);
            var rows = await users.OrderBy(u => FramevetDb.Upper(u.DisplayName != "" ? u.DisplayName : u.UserName!)).ThenBy(u => u.Id).Skip(skip).Take(take)
                .Select(u => new
                {
                    User = u,
                    Runs = db.Runs.Count(r => r.OwnerId == u.Id),
                    Roles = db.UserRoles.Where(ur => ur.UserId == u.Id).Join(db.Roles, ur => ur.RoleId, r => r.Id, (ur, r) => r.Name!).OrderBy(n => n).ToList(),
                }).ToListAsync(ct).ConfigureAwait(false);
            return new Page<UserRow>([.. rows.Select(r => ToRow(r.User, r.Roles, r.Runs))], total);
        }
    }

    /// <summary>Active accounts that may decide review items, by name. Which roles may is Identity's to know: see <paramref name="roles"/>.</summary>
    public async Task<ImmutableArray<Pipeline.Review.Person>> InRolesAsync(IReadOnlyCollection<string> roles, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(roles);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var people = await db.Users.AsNoTracking()
                .Where(u => u.IsActive && db.UserRoles.Any(ur => ur.UserId == u.Id && db.Roles.Any(r => r.Id == ur.RoleId && roles.Contains(r.Name!))))
                .Select(u => new { u.Id, Name = u.DisplayName != "" ? u.DisplayName : u.UserName! }).ToListAsync(ct).ConfigureAwait(false);
            return [.. people.OrderBy(p => p.Name, StringComparer.CurrentCultureIgnoreCase).Select(p => new Pipeline.Review.Person(p.Id, p.Name))];
        }
    }

    private static UserRow ToRow(FramevetUser user, List<string> roles, int runs) => new(
        user.Id, user.DisplayName.Length > 0 ? user.DisplayName : user.UserName ?? user.Id, user.Email, [.. roles], user.IsActive, user.CreatedAt, user.LastSeenAt, runs, user.TwoFactorEnabled);
}

/// <summary>An account in a list.</summary>
public sealed record UserRow(string Id, string Name, string? Email, ImmutableArray<string> Roles, bool IsActive, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt, int Runs, bool HasTwoStep = false);

/// <summary>The audit trail, newest first.</summary>
public sealed class AuditQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>One page of entries.</summary>
    public async Task<Page<AuditRow>> PageAsync(AuditFilter filter, int skip, int take, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var matching = Matching(db.Audit.AsNoTracking(), filter);
            var total = await matching.CountAsync(ct).ConfigureAwait(false);
            var rows = await matching.OrderByDescending(a => a.Id).Skip(skip).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return new Page<AuditRow>([.. rows.Select(ToRow)], total);
        }
    }

    /// <summary>Up to <paramref name="take"/> matching entries with a number above <paramref name="after"/>, oldest first.</summary>
    public async Task<ImmutableArray<AuditRow>> AfterAsync(AuditFilter filter, long after, int take, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await Matching(db.Audit.AsNoTracking(), filter).Where(a => a.Id > after).OrderBy(a => a.Id).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(ToRow)];
        }
    }

    /// <summary>Everybody who ever acted, and every account, by the order of their ids; one may have several names.</summary>
    public async Task<ImmutableArray<(string Id, string Name)>> PeopleAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var actors = await db.Audit.Select(a => new { Id = a.ActorId, Name = a.ActorName }).Distinct().ToListAsync(ct).ConfigureAwait(false);
            var users = await db.Users.Select(u => new { u.Id, u.DisplayName, u.UserName, u.Email }).ToListAsync(ct).ConfigureAwait(false);
            var names = users.SelectMany(u => new[] { u.DisplayName, u.UserName, u.Email }.OfType<string>().Where(n => n.Length > 0).Select(n => (u.Id, n)));
            return [.. actors.Select(a => (a.Id, a.Name)).Concat(names).Distinct().OrderBy(p => p.Item1, StringComparer.Ordinal)];
        }
    }

    private static AuditRow ToRow(AuditTable a) => new(a.Id, a.At, a.ActorId, a.ActorName, a.Action, a.Subject, a.Before, a.After, a.Hash);

    private static IQueryable<AuditTable> Matching(IQueryable<AuditTable> rows, AuditFilter filter)
    {
        if (filter.Actor?.Trim() is { Length: > 0 } actor)
        {
            rows = rows.Where(a => a.ActorId == actor || FramevetDb.Upper(a.ActorName).Contains(FramevetDb.Upper(actor)));
        }

        if (filter.Subject?.Trim() is { Length: > 0 } subject)
        {
            rows = rows.Where(a => FramevetDb.Upper(a.Subject).Contains(FramevetDb.Upper(subject)));
        }

        if (filter.Action?.Trim() is { Length: > 0 } action)
        {
            rows = rows.Where(a => a.Action.StartsWith(action));
        }

        if (filter.From is { } from)
        {
            rows = rows.Where(a => a.At >= from);
        }

        return filter.To is { } to ? rows.Where(a => a.At <= to) : rows;
    }
}

/// <summary>
/// What to list; null = any. Actor matches the id, or a part of the name; Action matches as a prefix (<c>review.</c>); Subject matches a part. Times inclusive.
/// </summary>
public sealed record AuditFilter(string? Actor = null, string? Action = null, string? Subject = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>One entry.</summary>
public sealed record AuditRow(long Id, DateTimeOffset At, string ActorId, string ActorName, string Action, string Subject, string? Before, string? After, string Hash);

/// <summary>Versions of the settings, newest first.</summary>
public sealed class SettingsQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>All versions, at most <paramref name="take"/>; the last one is 0, the built-in settings, when there is room for it.</summary>
    public async Task<ImmutableArray<SettingsVersion>> VersionsAsync(int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.SettingsVersions.AsNoTracking().OrderByDescending(s => s.Number).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(EfSettingsStore.ToVersion).Append(EfSettingsStore.BuiltIn).Take(take)];
        }
    }
}

/// <summary>API keys of a user; the secret is never stored, only its hash.</summary>
public sealed class ApiKeysQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>Keys of one user, newest first.</summary>
    public async Task<ImmutableArray<ApiKeyRow>> ForUserAsync(string userId, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var keys = await db.ApiKeys.AsNoTracking().Where(k => k.UserId == userId).OrderByDescending(k => k.CreatedAt).ThenBy(k => k.Id).ToListAsync(ct).ConfigureAwait(false);
            return [.. keys.Select(ApiKeyStore.ToRow)];
        }
    }
}

/// <summary>A key as it may be shown.</summary>
public sealed record ApiKeyRow(Guid Id, string Name, string Prefix, ImmutableArray<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, bool IsRevoked);
