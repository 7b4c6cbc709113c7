using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Filters of the gallery with names. Thread-safe.</summary>
public sealed class PresetStore
{
    private const int MaxName = 80;
    private const int MaxQuery = 2000;
    private const int MaxOwn = 200;

    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal PresetStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>The person's own ones and what others share, by name.</summary>
    public async Task<ImmutableArray<FilterPreset>> ListAsync(string userId, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.FilterPresets.AsNoTracking().Where(p => p.OwnerId == userId || p.IsShared).OrderBy(p => p.Name).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(p => new FilterPreset(p.Id, p.Name, p.Query, p.IsShared, p.OwnerId == userId, p.OwnerName, p.At))];
        }
    }

    /// <summary>Stores a filter under a name; the person's own one of that name is replaced.</summary>
    /// <exception cref="VettingException">InvalidRequest: no name, or a filter that is too long. Conflict: too many.</exception>
    public Task<Guid> SaveAsync(string name, string query, bool isShared, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        name = name?.Trim() ?? "";
        query = query?.TrimStart('?') ?? "";
        if (name.Length is 0 or > MaxName || query.Length > MaxQuery)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A preset has a name of 1 to {MaxName} characters and a filter of at most {MaxQuery}.");
        }

        return _gate.WriteAsync(
            async (scope, token) =>
            {
                var row = await scope.Db.FilterPresets.SingleOrDefaultAsync(p => p.OwnerId == actor.Id && p.Name == name, token).ConfigureAwait(false);
                if (row is null)
                {
                    if (await scope.Db.FilterPresets.CountAsync(p => p.OwnerId == actor.Id, token).ConfigureAwait(false) >= MaxOwn)
                    {
                        throw new VettingException(FailureCode.Conflict, $"There are {MaxOwn} presets of yours already; remove one first.");
                    }

                    row = new FilterPresetTable { Id = Guid.CreateVersion7(_clock.GetUtcNow()), OwnerId = actor.Id, OwnerName = actor.Name, Name = name, Query = query, IsShared = isShared, At = _clock.GetUtcNow() };
                    scope.Db.FilterPresets.Add(row);
                }
                else
                {
                    (row.Query, row.IsShared, row.At) = (query, isShared, _clock.GetUtcNow());
                }

                await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
                return row.Id;
            },
            ct);
    }

    /// <summary>Removes one's own preset; who administers removes anybody's shared one. Whether there was one.</summary>
    public Task<bool> RemoveAsync(Guid id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var everybody = actor.Has(Rights.Administer);
        return _gate.WriteAsync(
            async (scope, token) => await scope.Db.FilterPresets.Where(p => p.Id == id && (p.OwnerId == actor.Id || (everybody && p.IsShared))).ExecuteDeleteAsync(token).ConfigureAwait(false) > 0,
            ct);
    }
}

/// <summary>A filter with a name. <paramref name="Query"/> as it stands in the address; <paramref name="IsOwn"/>: it belongs to who asks.</summary>
public sealed record FilterPreset(Guid Id, string Name, string Query, bool IsShared, bool IsOwn, string OwnerName, DateTimeOffset At);
