using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Data.Cluster;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Cluster;

/// <summary>What an admin sees and asks of the nodes; each wish is in the audit trail. Thread-safe.</summary>
internal sealed class NodeDesk(NodeStore nodes, ThisNode node, IClusterWire wire, IAuditTrail audit)
{
    /// <summary>Topic of the wire: the node named in the body has a new wish to follow.</summary>
    public const string WishTopic = "wish";

    /// <summary>Whether there can be more than this process.</summary>
    public bool IsClustered => node.IsClustered;

    /// <summary>All nodes, and the runs and the parts of others' runs in hand by node.</summary>
    public async Task<(ImmutableArray<NodeRow> Nodes, ImmutableDictionary<string, int> Leases, ImmutableDictionary<string, int> Segments)> LookAsync(CancellationToken ct) =>
        (await nodes.AllAsync(ct), await nodes.LeasesAsync(ct), await nodes.SegmentsAsync(ct));

    /// <summary>Says what a node shall do; it follows within seconds.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task WishAsync(string id, NodeWish wish, Actor actor, CancellationToken ct)
    {
        if (!actor.Has(Rights.Administer))
        {
            throw new VettingException(FailureCode.Forbidden, "Only admins steer nodes.");
        }

        var before = (await nodes.AllAsync(ct)).FirstOrDefault(n => n.Id == id);
        if (before is null || !await nodes.WishAsync(id, wish, ct))
        {
            throw new VettingException(FailureCode.NotFound, $"There is no node {id} any more.");
        }

        wire.PostLoosely(WishTopic, id);
        await audit.AppendAsync(actor, "node.wish", $"node/{id}", Wish(before.Wish), Wish(wish), ct);
    }

    private static string Wish(NodeWish wish) => JsonSerializer.Serialize(new { wish }, PipelineJson.Options);
}
