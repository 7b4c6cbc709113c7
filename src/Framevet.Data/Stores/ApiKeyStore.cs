using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Making, recognising and revoking API keys. Thread-safe.</summary>
public sealed class ApiKeyStore
{
    /// <summary>What every key begins with, so that people and scanners recognise one.</summary>
    public const string SecretPrefix = "fv_";

    private const int ShownCharacters = 11;
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal ApiKeyStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>Makes a key. The secret is in the answer and nowhere else. A scope is one word; <paramref name="expiresAt"/> null = never.</summary>
    public async Task<NewApiKey> CreateAsync(string userId, string name, ImmutableArray<string> scopes, DateTimeOffset? expiresAt, CancellationToken ct)
    {
        if (scopes.Any(s => string.IsNullOrEmpty(s) || s.Contains(' ', StringComparison.Ordinal)))
        {
            throw new ArgumentException("A scope is one word.", nameof(scopes));
        }

        var secret = Secrets.New(SecretPrefix);
        var row = new ApiKeyTable
        {
            Id = Guid.CreateVersion7(_clock.GetUtcNow()),
            UserId = userId,
            Name = name,
            Prefix = secret[..ShownCharacters],
            Hash = Secrets.Hash(secret),
            Scopes = string.Join(' ', scopes),
            CreatedAt = _clock.GetUtcNow(),
            ExpiresAt = expiresAt,
        };
        await _gate.WriteAsync(
            (scope, token) =>
            {
                scope.Db.ApiKeys.Add(row);
                return scope.Db.SaveChangesAsync(token);
            },
            ct).ConfigureAwait(false);
        return new NewApiKey(ToRow(row), secret);
    }

    /// <summary>Whose key it is; null when unknown, revoked or expired, or when the account is deactivated.</summary>
    public async Task<ApiKeyOwner?> FindAsync(string secret, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var (hash, now) = (Secrets.Hash(secret), _clock.GetUtcNow());
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var found = await db.ApiKeys.AsNoTracking()
                .Where(k => k.Hash == hash && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now))
                .Join(db.Users.Where(u => u.IsActive), k => k.UserId, u => u.Id, (k, u) => new { k.Id, k.UserId, k.Scopes })
                .SingleOrDefaultAsync(ct).ConfigureAwait(false);
            return found is null ? null : new ApiKeyOwner(found.Id, found.UserId, Words(found.Scopes));
        }
    }

    /// <summary>Remembers that the key was used, at most once a minute.</summary>
    public async Task TouchAsync(Guid id, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var old = now - TouchInterval;
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            if (!await db.ApiKeys.AnyAsync(k => k.Id == id && (k.LastUsedAt == null || k.LastUsedAt < old), ct).ConfigureAwait(false))
            {
                return;
            }
        }

        await _gate.WriteAsync(
            (scope, token) => scope.Db.ApiKeys.Where(k => k.Id == id && (k.LastUsedAt == null || k.LastUsedAt < old))
                .ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now), token),
            ct).ConfigureAwait(false);
    }

    /// <summary>Revokes a key for good; <paramref name="userId"/> null = whoever owns it. False when there is no such key, or it is revoked already.</summary>
    public Task<bool> RevokeAsync(Guid id, string? userId, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            var now = _clock.GetUtcNow();
            return await scope.Db.ApiKeys.Where(k => k.Id == id && k.RevokedAt == null && (userId == null || k.UserId == userId))
                .ExecuteUpdateAsync(set => set.SetProperty(k => k.RevokedAt, now), token).ConfigureAwait(false) == 1;
        },
        ct);

    internal static ApiKeyRow ToRow(ApiKeyTable key) =>
        new(key.Id, key.Name, key.Prefix, Words(key.Scopes), key.CreatedAt, key.ExpiresAt, key.LastUsedAt, key.RevokedAt is not null);

    private static ImmutableArray<string> Words(string scopes) => [.. scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}

/// <summary>A new key with its secret, which is shown once.</summary>
public sealed record NewApiKey(ApiKeyRow Row, string Secret);

/// <summary>Who comes with a key, and what the key may do.</summary>
public sealed record ApiKeyOwner(Guid KeyId, string UserId, ImmutableArray<string> Scopes);
