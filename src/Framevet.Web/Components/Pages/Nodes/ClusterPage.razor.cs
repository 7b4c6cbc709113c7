using System.Collections.Immutable;
using Framevet.Data.Cluster;
using Framevet.Web.Cluster;
using Framevet.Web.Components.Shared;
using Framevet.Web.Jobs;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Nodes;

/// <summary>All nodes, and what an admin can ask of them. Looks again by itself as often as nodes speak.</summary>
public sealed partial class ClusterPage : PageComponent
{
    private const string SkewTitle = "Beside the clock of the database";

    private ClusterView _view = ClusterView.Empty;
    private ImmutableArray<(string Group, int Runs, string? Trouble)> _waiting = [];
    private PeriodicTimer? _beat;
    private Task _beating = Task.CompletedTask;

    [Inject]
    private WaitReason Waiting { get; set; } = default!;

    [Inject]
    private NodeDesk Desk { get; set; } = default!;

    public override async ValueTask DisposeAsync()
    {
        _beat?.Dispose();
        await base.DisposeAsync();
        await _beating;
        GC.SuppressFinalize(this);
    }

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var (nodes, leases, parts) = await Desk.LookAsync(ct);
        (_view, _waiting) = (ClusterView.Of(nodes, leases) with { Parts = parts }, await Waiting.GroupsAsync(nodes, ct));
    }

    protected override Task OnReadyAsync()
    {
        if (Desk.IsClustered)
        {
            _beat = new PeriodicTimer(NodeKeeper.Every, Clock);
            _beating = BeatAsync(_beat);
        }

        return Task.CompletedTask;
    }

    private static string State(NodeRow node) => !node.IsAlive ? "Gone" : node.Wish switch
    {
        NodeWish.Drain => "Draining",
        NodeWish.Pause => "Paused",
        _ => "At work",
    };

    private static string Tone(NodeRow node) => !node.IsAlive ? "tone-block" : node.Wish == NodeWish.Work ? "tone-allow" : "tone-escalate";

    private static string Sign(NodeRow node) => !node.IsAlive ? "heart_broken" : node.Wish switch
    {
        NodeWish.Drain => "hourglass_bottom",
        NodeWish.Pause => "pause",
        _ => "check",
    };

    // By the database's clock, whatever the clock of the node that draws this.
    private static string Heard(NodeRow node) => node.IsAlive ? "now" : $"{Formats.Length(node.Silence)} ago";

    private async Task BeatAsync(PeriodicTimer beat)
    {
        try
        {
            while (await beat.WaitForNextTickAsync(Stopping))
            {
                if (IsLoaded)
                {
                    await InvokeAsync(ReloadAsync);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        catch (Exception trouble) when (!Stopping.IsCancellationRequested)
        {
            await DispatchExceptionAsync(trouble);
        }
    }

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
