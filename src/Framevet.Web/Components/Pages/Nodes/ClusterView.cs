using System.Collections.Immutable;
using Framevet.Data.Cluster;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Components.Pages.Nodes;

/// <summary>The nodes as the page shows them: those that are gone last, else by role and name, with numbers in names in their order; and what stands out among them.</summary>
internal sealed record ClusterView(ImmutableArray<NodeRow> Nodes, ImmutableDictionary<string, int> Leases, ImmutableArray<(string Version, string Nodes)> Versions)
{
    /// <summary>A clock further off than this is worth a word.</summary>
    public static readonly TimeSpan NotableSkew = TimeSpan.FromSeconds(2);

    /// <summary>Parts of long films in hand by node, whoever has their run.</summary>
    public ImmutableDictionary<string, int> Parts { get; init; } = ImmutableDictionary<string, int>.Empty;

    public static readonly ClusterView Empty = new([], ImmutableDictionary<string, int>.Empty, []);

    /// <summary>Whether nobody alive takes work.</summary>
    public bool HasNoWorker => Nodes.Length > 0 && !Nodes.Any(n => n.IsAlive && n.Groups.Length > 0 && n.Wish == NodeWish.Work);

    /// <summary>How many are in which state, in words.</summary>
    public string Sum
    {
        get
        {
            var parts = new List<string>();
            Add(Nodes.Count(n => n.IsAlive && n.Wish == NodeWish.Work), "at work");
            Add(Nodes.Count(n => n.IsAlive && n.Wish == NodeWish.Drain), "draining");
            Add(Nodes.Count(n => n.IsAlive && n.Wish == NodeWish.Pause), "paused");
            Add(Nodes.Count(n => !n.IsAlive), "gone");
            return $"{Nodes.Length} {(Nodes.Length == 1 ? "node" : "nodes")}: {string.Join(", ", parts)}; {(Leases.Values.Sum() is 1 ? "1 run" : $"{Leases.Values.Sum()} runs")} in hand.";

            void Add(int count, string what)
            {
                if (count > 0)
                {
                    parts.Add($"{count} {what}");
                }
            }
        }
    }

    public static ClusterView Of(ImmutableArray<NodeRow> nodes, ImmutableDictionary<string, int> leases)
    {
        var versions = nodes.Where(n => n.IsAlive).GroupBy(n => n.Version, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal);
        return new([.. ByName(nodes.OrderBy(n => n.IsAlive ? 0 : 1).ThenBy(n => n.Role, StringComparer.Ordinal))], leases, [.. versions.Select(g => (g.Key, Names([.. ByName(g.OrderBy(_ => 0)).Select(n => n.Id)])))]);
    }

    /// <summary>Whether it is of another version than most of those that are alive.</summary>
    public bool IsOdd(NodeRow node) => node.IsAlive && Versions.Length > 1 && node.Version != Versions[0].Version;

    public static bool IsSkewed(NodeRow node) => Math.Abs(node.SkewMs) >= NotableSkew.TotalMilliseconds;

    /// <summary>The node's clock beside the database's: <c>right</c> within a tenth of a second, else how much it is slow or fast.</summary>
    public static string Skew(NodeRow node) => Math.Abs(node.SkewMs) < 100 ? "right"
        : $"{Formats.Length(TimeSpan.FromMilliseconds(Math.Abs(node.SkewMs)))} {(node.SkewMs > 0 ? "slow" : "fast")}";

    // worker-2 before worker-10.
    private static IOrderedEnumerable<NodeRow> ByName(IOrderedEnumerable<NodeRow> nodes) =>
        nodes.ThenBy(n => n.Id.TrimEnd("0123456789".ToCharArray()), StringComparer.Ordinal).ThenBy(n => n.Id.Length).ThenBy(n => n.Id, StringComparer.Ordinal);

    private static string Names(string[] ids) => ids.Length <= 3 ? string.Join(", ", ids) : $"{ids.Length} nodes";
}
