using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Requests that clients named, with their answers. Thread-safe.</summary>
public sealed class RepeatStore
{
    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal RepeatStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>Takes a name for a request; null when it is new and now taken, else what is known of the first one.</summary>
    public Task<RepeatedCall?> TakeAsync(string ownerId, string key, string request, CancellationToken ct) => _gate.WriteAsync(
        async (scope, token) =>
        {
            if (await scope.Db.Repeats.AsNoTracking().SingleOrDefaultAsync(r => r.OwnerId == ownerId && r.Key == key, token).ConfigureAwait(false) is { } row)
            {
                return new RepeatedCall(row.Request, row.Status, row.Location, row.ContentType, row.Body ?? []);
            }

            scope.Db.Repeats.Add(new RepeatTable { OwnerId = ownerId, Key = key, Request = request, CreatedAt = _clock.GetUtcNow() });
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return null;
        },
        ct);

    /// <summary>Keeps the answer.</summary>
    public Task AnswerAsync(string ownerId, string key, RepeatedCall answer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return _gate.WriteAsync(
            (scope, token) => scope.Db.Repeats.Where(r => r.OwnerId == ownerId && r.Key == key).ExecuteUpdateAsync(
                set => set
                    .SetProperty(r => r.Status, answer.Status)
                    .SetProperty(r => r.Location, answer.Location)
                    .SetProperty(r => r.ContentType, answer.ContentType)
                    .SetProperty(r => r.Body, answer.Body),
                token),
            ct);
    }

    /// <summary>Gives a name free again: its request came to nothing.</summary>
    public Task ForgetAsync(string ownerId, string key, CancellationToken ct) =>
        _gate.WriteAsync((scope, token) => scope.Db.Repeats.Where(r => r.OwnerId == ownerId && r.Key == key).ExecuteDeleteAsync(token), ct);

    /// <summary>Forgets what is older.</summary>
    public async Task SweepAsync(TimeSpan age, CancellationToken ct)
    {
        var before = _clock.GetUtcNow() - age;
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            if (!await db.Repeats.AnyAsync(r => r.CreatedAt < before, ct).ConfigureAwait(false))
            {
                return;
            }
        }

        await _gate.WriteAsync((scope, token) => scope.Db.Repeats.Where(r => r.CreatedAt < before).ExecuteDeleteAsync(token), ct).ConfigureAwait(false);
    }
}

/// <summary>A request that was answered, or (status null) is being worked on. <paramref name="Request"/>: SHA-256 of method, path and body.</summary>
public sealed record RepeatedCall(string Request, int? Status, string? Location, string? ContentType, byte[] Body);
