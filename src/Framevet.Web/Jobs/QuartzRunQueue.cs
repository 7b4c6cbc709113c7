using Framevet.Pipeline.Runs;

namespace Framevet.Web.Jobs;

/// <summary>Runs as jobs.</summary>
internal sealed class QuartzRunQueue(JobScheduling scheduling) : IRunQueue
{
    public Task EnqueueAsync(RunId id, int priority, CancellationToken ct) =>
        scheduling.EnqueueAsync<VetJob>(JobNames.Vet(id), JobNames.CpuGroup, priority, ct);

    public Task InterruptAsync(RunId id, CancellationToken ct) => scheduling.InterruptAsync(JobNames.Vet(id), ct);
}
