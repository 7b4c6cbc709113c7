using System.Collections.Immutable;
using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Signed-in browsers. Thread-safe.</summary>
public sealed class SessionStore
{
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal SessionStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>Begins a session; its id.</summary>
    public async Task<Guid> CreateAsync(string userId, string device, string method, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var row = new SessionTable { Id = Guid.NewGuid(), UserId = userId, Device = device, Method = method, CreatedAt = now, LastSeenAt = now };
        await _gate.WriteAsync(
            (scope, token) =>
            {
                scope.Db.Sessions.Add(row);
                return scope.Db.SaveChangesAsync(token);
            },
            ct).ConfigureAwait(false);
        return row.Id;
    }

    /// <summary>A session that has not ended; null when there is none.</summary>
    public async Task<SessionRow?> FindAsync(Guid id, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await Rows(db.Sessions.Where(s => s.Id == id && s.EndedAt == null)).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>A user's sessions that have not ended, last seen first.</summary>
    public async Task<ImmutableArray<SessionRow>> OfUserAsync(string userId, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. await Rows(db.Sessions.Where(s => s.UserId == userId && s.EndedAt == null).OrderByDescending(s => s.LastSeenAt).ThenBy(s => s.Id)).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    /// <summary>Remembers that the session was used, at most once a minute.</summary>
    public async Task TouchAsync(SessionRow session, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(session);
        var now = _clock.GetUtcNow();
        if (session.LastSeenAt >= now - TouchInterval)
        {
            return;
        }

        await _gate.WriteAsync(
            (scope, token) => scope.Db.Sessions.Where(s => s.Id == session.Id && s.LastSeenAt < now).ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now), token), ct).ConfigureAwait(false);
    }

    /// <summary>Ends a session; <paramref name="userId"/> null = whoever owns it. False when there is no such session, or it has ended.</summary>
    public Task<bool> EndAsync(Guid id, string? userId, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            var now = _clock.GetUtcNow();
            return await scope.Db.Sessions.Where(s => s.Id == id && s.EndedAt == null && (userId == null || s.UserId == userId))
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), token).ConfigureAwait(false) == 1;
        },
        ct);

    /// <summary>Ends all sessions of a user but one; those that ended.</summary>
    public Task<ImmutableArray<Guid>> EndAllAsync(string userId, Guid? except, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            var now = _clock.GetUtcNow();
            var open = await scope.Db.Sessions.Where(s => s.UserId == userId && s.EndedAt == null && s.Id != except).Select(s => s.Id).ToListAsync(token).ConfigureAwait(false);
            await scope.Db.Sessions.Where(s => open.Contains(s.Id)).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), token).ConfigureAwait(false);
            return open.ToImmutableArray();
        },
        ct);

    /// <summary>Forgets sessions that were last seen before.</summary>
    public async Task SweepAsync(DateTimeOffset before, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            if (!await db.Sessions.AnyAsync(s => s.LastSeenAt < before, ct).ConfigureAwait(false))
            {
                return;
            }
        }

        await _gate.WriteAsync((scope, token) => scope.Db.Sessions.Where(s => s.LastSeenAt < before).ExecuteDeleteAsync(token), ct).ConfigureAwait(false);
    }

    private static IQueryable<SessionRow> Rows(IQueryable<SessionTable> sessions) =>
        sessions.AsNoTracking().Select(s => new SessionRow(s.Id, s.UserId, s.Device, s.Method, s.CreatedAt, s.LastSeenAt));
}

/// <summary>A signed-in browser. Times are UTC; <paramref name="LastSeenAt"/> is right to the minute.</summary>
public sealed record SessionRow(Guid Id, string UserId, string Device, string Method, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt);
