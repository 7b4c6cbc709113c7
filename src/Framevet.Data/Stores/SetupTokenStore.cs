using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>The one-time link for the first administrator. Thread-safe.</summary>
public sealed class SetupTokenStore
{
    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal SetupTokenStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>Makes a token; earlier ones that nobody used stop working. The secret is in the answer and nowhere else.</summary>
    public async Task<string> CreateAsync(TimeSpan lifetime, CancellationToken ct)
    {
        var secret = Secrets.New("");
        var now = _clock.GetUtcNow();
        await _gate.WriteAsync(
            async (scope, token) =>
            {
                await scope.Db.SetupTokens.Where(t => t.UsedAt == null).ExecuteDeleteAsync(token).ConfigureAwait(false);
                scope.Db.SetupTokens.Add(new SetupTokenTable { Hash = Secrets.Hash(secret), CreatedAt = now, ExpiresAt = now + lifetime });
                await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            },
            ct).ConfigureAwait(false);
        return secret;
    }

    /// <summary>Whether the token would be accepted now; changes nothing.</summary>
    public async Task<bool> IsValidAsync(string secret, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await Usable(db, secret, _clock.GetUtcNow()).AnyAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Uses the token up: true for one caller only, however many try at once.</summary>
    public Task<bool> TryRedeemAsync(string secret, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            var now = _clock.GetUtcNow();
            return await Usable(scope.Db, secret, now).ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), token).ConfigureAwait(false) == 1;
        },
        ct);

    private static IQueryable<SetupTokenTable> Usable(FramevetDb db, string secret, DateTimeOffset now)
    {
        var hash = Secrets.Hash(secret);
        return db.SetupTokens.Where(t => t.Hash == hash && t.UsedAt == null && t.ExpiresAt > now);
    }
}
