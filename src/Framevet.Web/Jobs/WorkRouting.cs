using System.Collections.Immutable;
using Framevet.Data.Cluster;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Runs;
using Framevet.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Jobs;

/// <summary>
/// Which group of work a run belongs to. Those that open models which are there go to the group gpu while a node that works takes it; otherwise to the processors, or, if the server is told so, they wait for one.
/// Asked again with each sweep, so a node that comes or goes changes where they wait.
/// </summary>
internal sealed class WorkRouting(ThisNode node, NodeStore nodes, IRunStore runs, ModelNeeds needs, ModelStore models, IOptions<JobsOptions> options)
{
    /// <summary>The group of a run.</summary>
    public async Task<string> GroupAsync(RunId id, CancellationToken ct) =>
        node.IsClustered && await runs.GetAsync(id, ct) is { } run && OpensModels(run) ? GroupOf(true, await nodes.AllAsync(ct), options.Value.WaitForGpu) : JobNames.CpuGroup;

    /// <summary>The group of a run that opens models, or does not, among these nodes.</summary>
    public static string GroupOf(bool opensModels, ImmutableArray<NodeRow> all, bool waitForGpu) =>
        opensModels && (waitForGpu || all.Any(n => n.Works(JobNames.GpuGroup))) ? JobNames.GpuGroup : JobNames.CpuGroup;

    private bool OpensModels(Run run) => needs.Of(run.Recipe).Any(m => models.Look(m).IsUsable);
}
