using System.Collections.Immutable;
using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>What is remembered about tries to sign in, over restarts. Thread-safe.</summary>
public sealed class SignInStore
{
    /// <summary>Failures that nothing followed for so long are forgotten.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal SignInStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>Enters a try, unless one of the limits is used up: then nothing is entered and the answer tells how long to wait.</summary>
    public Task<SignInTry> TakeAsync(string who, ImmutableArray<RateWindow> limits, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            var now = _clock.GetUtcNow();
            var longest = limits.IsEmpty ? TimeSpan.Zero : limits.Max(l => l.Window);
            var since = now - longest;
            await scope.Db.SignInTries.Where(t => t.At <= since).ExecuteDeleteAsync(token).ConfigureAwait(false);
            var tries = await scope.Db.SignInTries.Where(t => t.Who == who).OrderByDescending(t => t.At).Select(t => t.At).ToListAsync(token).ConfigureAwait(false);
            var wait = limits.Select(l => tries.Count >= l.Count && tries[l.Count - 1] > now - l.Window ? tries[l.Count - 1] + l.Window - now : TimeSpan.Zero).DefaultIfEmpty(TimeSpan.Zero).Max();
            if (wait > TimeSpan.Zero)
            {
                return new SignInTry(0, wait);
            }

            var row = new SignInTryTable { Who = who, At = now };
            scope.Db.SignInTries.Add(row);
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return new SignInTry(row.Id, TimeSpan.Zero);
        },
        ct);

    /// <summary>Takes a try back: it was right, so it does not count.</summary>
    public Task GiveBackAsync(long id, CancellationToken ct) =>
        _gate.WriteAsync((scope, token) => scope.Db.SignInTries.Where(t => t.Id == id).ExecuteDeleteAsync(token), ct);

    /// <summary>Until when the account is locked; null when it is not.</summary>
    public async Task<DateTimeOffset?> LockedUntilAsync(string who, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.SignInLocks.AsNoTracking().Where(l => l.Who == who && l.LockedUntil > now).Select(l => l.LockedUntil).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Enters a failure. After <paramref name="most"/> in a row the account is locked for <paramref name="first"/>; each further lock lasts twice as long,
    /// up to <paramref name="longest"/>. True when this failure locked it.
    /// </summary>
    public Task<bool> FailAsync(string who, int most, TimeSpan first, TimeSpan longest, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            var now = _clock.GetUtcNow();
            var old = now - Memory;
            await scope.Db.SignInLocks.Where(l => l.LastAt < old && (l.LockedUntil == null || l.LockedUntil < now)).ExecuteDeleteAsync(token).ConfigureAwait(false);
            var row = await scope.Db.SignInLocks.SingleOrDefaultAsync(l => l.Who == who, token).ConfigureAwait(false);
            if (row is null)
            {
                row = new SignInLockTable { Who = who, Failures = 0, Locks = 0, LastAt = now };
                scope.Db.SignInLocks.Add(row);
            }

            // Tries while it is locked change nothing: otherwise anybody could keep somebody else out for ever.
            var isLocked = row.LockedUntil > now;
            row.LastAt = now;
            row.Failures += isLocked ? 0 : 1;
            var locks = !isLocked && row.Failures >= most;
            if (locks)
            {
                row.LockedUntil = now + TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Min(row.Locks, 16)));
                (row.Failures, row.Locks) = (0, row.Locks + 1);
            }

            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return locks;
        },
        ct);

    /// <summary>Forgets failures and lock.</summary>
    public Task ClearAsync(string who, CancellationToken ct) =>
        _gate.WriteAsync((scope, token) => scope.Db.SignInLocks.Where(l => l.Who == who).ExecuteDeleteAsync(token), ct);

    /// <summary>Uses a code of this time step up: true once for each step, and never for one before the newest.</summary>
    public Task<bool> TryUseCodeAsync(string userId, long step, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) => await scope.Command("""
            INSERT INTO "UsedCodes" ("UserId", "Step") VALUES (@user, @step) ON CONFLICT ("UserId") DO UPDATE SET "Step" = @step WHERE "UsedCodes"."Step" < @step
            """).With("@user", userId).With("@step", step).ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1,
        ct);
}

/// <summary>At most <paramref name="Count"/> within <paramref name="Window"/>.</summary>
public sealed record RateWindow(int Count, TimeSpan Window);

/// <summary>A try that was entered, or how long to wait for the next.</summary>
public sealed record SignInTry(long Id, TimeSpan Wait);
