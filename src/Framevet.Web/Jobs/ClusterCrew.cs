using Framevet.Data.Cluster;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Framevet.Pipeline.Tools;
using Framevet.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Jobs;

/// <summary>The other workers of the cluster: those that take the run's group of work, as far as their limits go.</summary>
internal sealed class ClusterCrew(JobScheduling scheduling, WorkRouting routing, NodeStore nodes, ThisNode node, IOptions<ToolOptions> tools) : ISegmentCrew
{
    // What decodes scales, and another scaler gives other pixels in the last digit.
    public string Version { get; } = $"{node.Card.Version} {tools.Value.Engine}";

    public async Task<int> HelpersAsync(RunId run, CancellationToken ct)
    {
        var group = await routing.GroupAsync(run, ct);
        return (await nodes.AllAsync(ct)).Count(n => MayHelp(n, group));
    }

    public async Task CallAsync(RunId run, int priority, int waiting, CancellationToken ct)
    {
        var group = await routing.GroupAsync(run, ct);
        var slots = (await nodes.AllAsync(ct)).Where(n => MayHelp(n, group)).Sum(n => n.Slots(group));
        for (var i = 0; i < Math.Min(waiting, slots); i++)
        {
            await scheduling.EnqueueAsync<SegmentJob>(JobNames.Segment(run, i), group, priority, ct);
        }
    }

    private bool MayHelp(NodeRow other, string group) => other.Works(group) && other.Id != node.Work.Id && other.Version == node.Card.Version;
}
