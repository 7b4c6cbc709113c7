using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Cluster;
using Framevet.Web.Cluster;
using Framevet.Web.Components.Shared;
using Framevet.Web.Jobs;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Nodes;

/// <summary>All nodes, and what an admin can ask of them.</summary>
public sealed partial class ClusterPage : PageComponent
{
    private ImmutableArray<NodeRow> _nodes = [];
    private ImmutableDictionary<string, int> _leases = ImmutableDictionary<string, int>.Empty;

    private ImmutableArray<(string Group, int Runs, string? Trouble)> _waiting = [];

    [Inject]
    private WaitReason Waiting { get; set; } = default!;

    [Inject]
    private NodeDesk Desk { get; set; } = default!;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        (_nodes, _leases) = await Desk.LookAsync(ct);
        _waiting = await Waiting.GroupsAsync(_nodes, ct);
    }

    private static string State(NodeRow node) => !node.IsAlive ? "Gone" : node.Wish switch
    {
        NodeWish.Drain => "Draining",
        NodeWish.Pause => "Paused",
        _ => "At work",
    };

    private static string Tone(NodeRow node) => !node.IsAlive ? "tone-unknown" : node.Wish == NodeWish.Work ? "tone-allow" : "tone-escalate";

    private static string Skew(NodeRow node) => string.Create(CultureInfo.InvariantCulture, $"{node.SkewMs:+0;-0;0} ms");

    private async Task WishAsync(NodeRow node, NodeWish wish)
    {
        var said = wish switch
        {
            NodeWish.Drain => $"{node.Id} finishes what it has and takes nothing new",
            NodeWish.Pause => $"{node.Id} hands back what it has",
            _ => $"{node.Id} takes work again",
        };
        if (await TryAsync(ct => Desk.WishAsync(node.Id, wish, Actor, ct), said))
        {
            await ReloadAsync();
        }
    }
}
