using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline.Segments;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Cluster;

/// <summary>The nodes on this database. Times are those of the database, so nodes with wrong clocks are seen alike. Thread-safe.</summary>
public sealed class NodeStore
{
    /// <summary>A node that says nothing for so long counts as gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>A node that is gone stays on the page for so long.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal NodeStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>Writes a sign of life; what an admin wants of the node. <paramref name="isStart"/>: the process has just started, maybe under the name of one that died.</summary>
    public Task<NodeWish> SeeAsync(NodeCard node, bool isStart, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(node);
        return _gate.StepAsync(
            async (scope, token) =>
            {
                var before = _clock.GetUtcNow();
                var now = await scope.Command($"SELECT {scope.Db.Dialect.Now(_clock)}").NumberAsync(token).ConfigureAwait(false) ?? before.UtcTicks;

                // The answer left the server about half-way.
                var middle = before + ((_clock.GetUtcNow() - before) / 2);
                var skew = TimeSpan.FromTicks(now - middle.UtcTicks).TotalMilliseconds;
                var wish = await scope.Command("""
                    INSERT INTO "Nodes" ("Id", "Role", "Groups", "Version", "StartedAt", "SeenAt", "SkewMs", "Wish") VALUES (@id, @role, @groups, @version, @now, @now, @skew, 'Work')
                    ON CONFLICT ("Id") DO UPDATE SET "Role" = @role, "Groups" = @groups, "Version" = @version, "SeenAt" = @now, "SkewMs" = @skew, "StartedAt" = CASE WHEN @start THEN @now ELSE "Nodes"."StartedAt" END
                    RETURNING "Wish"
                    """).With("@id", node.Id).With("@role", node.Role).With("@groups", node.Groups).With("@version", node.Version).With("@now", now).With("@start", isStart).With("@skew", Math.Round(skew, 3))
                    .ExecuteScalarAsync(token).ConfigureAwait(false);
                return Enum.Parse<NodeWish>((string)wish!);
            },
            ct);
    }

    /// <summary>All nodes that were seen lately, by name.</summary>
    public async Task<ImmutableArray<NodeRow>> AllAsync(CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var now = await db.NowAsync(_clock, ct).ConfigureAwait(false);
            var since = now - Memory;
            return [.. (await db.Nodes.AsNoTracking().Where(n => n.SeenAt >= since).OrderBy(n => n.Id).ToListAsync(ct).ConfigureAwait(false)).Select(n => Row(n, now))];
        }
    }

    /// <summary>Says what a node shall do; false when there is none of this name.</summary>
    public Task<bool> WishAsync(string id, NodeWish wish, CancellationToken ct) => _gate.StepAsync(
        async (scope, token) => await scope.Command("""UPDATE "Nodes" SET "Wish" = @wish WHERE "Id" = @id""").With("@id", id).With("@wish", wish).ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1,
        ct);

    /// <summary>A node that stops in order leaves nothing behind.</summary>
    public Task LeaveAsync(string id, CancellationToken ct) =>
        _gate.StepAsync((scope, token) => scope.Command("""DELETE FROM "Nodes" WHERE "Id" = @id""").With("@id", id).ExecuteNonQueryAsync(token), ct);

    /// <summary>Runs in hand by node, for the cluster page.</summary>
    public async Task<ImmutableDictionary<string, int>> LeasesAsync(CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var held = await db.Runs.AsNoTracking().Where(r => r.Worker != null).GroupBy(r => r.Worker!).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct).ConfigureAwait(false);
            return held.ToImmutableDictionary(h => h.Key, h => h.Count);
        }
    }

    /// <summary>Parts of shared runs in hand by node, for the cluster page.</summary>
    public async Task<ImmutableDictionary<string, int>> SegmentsAsync(CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var held = await db.RunSegments.AsNoTracking().Where(s => s.State == SegmentState.Working).GroupBy(s => s.Node!).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct).ConfigureAwait(false);
            return held.ToImmutableDictionary(h => h.Key, h => h.Count);
        }
    }

    private static NodeRow Row(NodeTable n, DateTimeOffset now) => new(n.Id, n.Role, n.Groups, n.Version, n.StartedAt, n.SeenAt, now - n.SeenAt, n.SkewMs, n.Wish);
}
