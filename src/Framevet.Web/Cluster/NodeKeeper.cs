using Framevet.Data.Cluster;
using Framevet.Pipeline.Runs;
using Quartz;

namespace Framevet.Web.Cluster;

/// <summary>Gives this node's sign of life every few seconds, does what an admin wants of it, and looks after runs whose node went silent.</summary>
internal sealed partial class NodeKeeper(ThisNode node, NodeStore nodes, RunDesk runs, IRunStore store, ISchedulerFactory schedulers, IClusterWire wire, ILogger<NodeKeeper> log) : BackgroundService
{
    /// <summary>Time from one sign of life to the next.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _asked = new(0, 1);

    private bool _wasSeen;
    private bool _isCut;

    public override void Dispose()
    {
        _asked.Dispose();
        base.Dispose();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await nodes.LeaveAsync(node.Work.Id, cancellationToken);
        }
#pragma warning disable CA1031 // The node stops either way; its silence says the same.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            LogCut(trouble.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wishes = wire.On(NodeDesk.WishTopic, (_, id, _) => AskAsync(id));
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryBeatAsync(stoppingToken);
                await _asked.WaitAsync(Every, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    // One by one: nobody else releases it.
    private Task AskAsync(string id)
    {
        if (id == node.Work.Id && _asked.CurrentCount == 0)
        {
            _asked.Release();
        }

        return Task.CompletedTask;
    }

    private async Task TryBeatAsync(CancellationToken ct)
    {
        try
        {
            await BeatAsync(ct);
            _isCut = false;
        }
#pragma warning disable CA1031 // A boundary: the database may go and come back, and the next beat tries again.
        catch (Exception trouble) when (trouble is not OperationCanceledException || !ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            node.IsFirst = false;
            if (!_isCut)
            {
                LogCut(trouble.Message);
            }

            _isCut = true;
        }
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        var wish = await nodes.SeeAsync(node.Card, isStart: !_wasSeen, ct);
        _wasSeen = true;
        if (!node.RunsJobs)
        {
            return;
        }

        await FollowAsync(wish, ct);
        var workers = (await nodes.AllAsync(ct)).Where(n => n.IsAlive && n.Groups.Length > 0);
        node.IsFirst = workers.OrderBy(n => n.Wish == NodeWish.Work ? 0 : 1).ThenBy(n => n.StartedAt).ThenBy(n => n.Id, StringComparer.Ordinal).FirstOrDefault()?.Id == node.Work.Id;

        // The sweep comes now and then; people should not wait for it when a node died.
        if (wish == NodeWish.Work && !(await store.OrphansAsync(ct)).IsEmpty)
        {
            await runs.ReconcileAsync(isStart: false, ct);
        }
    }

    private async Task FollowAsync(NodeWish wish, CancellationToken ct)
    {
        if (!node.Take(wish))
        {
            return;
        }

        LogWish(wish);
        var scheduler = await schedulers.GetScheduler(ct);
        if (wish == NodeWish.Work)
        {
            await scheduler.Start(ct);
        }
        else
        {
            await scheduler.Standby(ct);
        }
    }

    [LoggerMessage(LogLevel.Warning, "This node cannot give a sign of life: {Reason} It is tried again.")]
    private partial void LogCut(string reason);

    [LoggerMessage(LogLevel.Information, "An admin wants this node to: {Wish}.")]
    private partial void LogWish(NodeWish wish);
}
