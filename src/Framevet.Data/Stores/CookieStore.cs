using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Ingest.Links;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Sealed cookies of users; what is in them, only the caller can read. Thread-safe.</summary>
public sealed class CookieStore
{
    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal CookieStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>The sealed text; null when there is none.</summary>
    public async Task<byte[]?> ReadAsync(string ownerId, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Cookies.AsNoTracking().Where(c => c.OwnerId == ownerId).Select(c => c.Sealed).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Sites and time; null when there are none.</summary>
    public async Task<CookieNote?> NoteAsync(string ownerId, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Cookies.AsNoTracking().SingleOrDefaultAsync(c => c.OwnerId == ownerId, ct).ConfigureAwait(false) is { } row
                ? new CookieNote([.. row.Sites.Split(' ')], row.SavedAt, row.ExpiresAt)
                : null;
        }
    }

    /// <summary>Keeps a sealed text in place of an earlier one.</summary>
    public Task SaveAsync(string ownerId, byte[] sealedText, ImmutableArray<string> sites, DateTimeOffset? expiresAt, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            await scope.Db.Cookies.Where(c => c.OwnerId == ownerId).ExecuteDeleteAsync(token).ConfigureAwait(false);
            scope.Db.Cookies.Add(new CookieTable { OwnerId = ownerId, Sealed = sealedText, Sites = string.Join(' ', sites), SavedAt = _clock.GetUtcNow(), ExpiresAt = expiresAt });
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);

    /// <summary>Forgets it.</summary>
    public Task DeleteAsync(string ownerId, CancellationToken ct) =>
        _gate.WriteAsync((scope, token) => scope.Db.Cookies.Where(c => c.OwnerId == ownerId).ExecuteDeleteAsync(token), ct);
}
