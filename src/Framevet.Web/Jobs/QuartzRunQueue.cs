using Framevet.Data.Cluster;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Runs;
using Framevet.Web.Cluster;

namespace Framevet.Web.Jobs;

/// <summary>Runs as jobs. Those that open models that are there go to the nodes with the group gpu, if one of them is alive.</summary>
internal sealed class QuartzRunQueue(JobScheduling scheduling, ThisNode node, NodeStore nodes, IRunStore runs, ModelNeeds needs, ModelStore models) : IRunQueue
{
    public async Task EnqueueAsync(RunId id, int priority, CancellationToken ct) =>
        await scheduling.EnqueueAsync<VetJob>(JobNames.Vet(id), await GroupAsync(id, ct), priority, ct);

    public Task InterruptAsync(RunId id, CancellationToken ct) => scheduling.InterruptAsync(JobNames.Vet(id), ct);

    private async Task<string> GroupAsync(RunId id, CancellationToken ct) =>
        node.IsClustered
        && (await nodes.AllAsync(ct)).Any(n => n.IsAlive && n.Takes(JobNames.GpuGroup))
        && await runs.GetAsync(id, ct) is { } run && needs.Of(run.Recipe).Any(m => models.Look(m).IsUsable)
            ? JobNames.GpuGroup
            : JobNames.CpuGroup;
}
