using Framevet.Pipeline.Runs;

namespace Framevet.Web.Jobs;

/// <summary>Runs as jobs: each waiting run asks for a slot of its group of work; see <see cref="VetJob"/>.</summary>
internal sealed class QuartzRunQueue(JobScheduling scheduling, WorkRouting routing, IRunStore runs) : IRunQueue
{
    public async Task EnqueueAsync(RunId id, int priority, CancellationToken ct)
    {
        var group = await routing.GroupAsync(id, ct);
        await runs.RouteAsync(id, group, ct);
        await scheduling.EnqueueAsync<VetJob>(JobNames.Vet(id), group, priority, ct);
    }

    public Task WithdrawAsync(RunId id, CancellationToken ct) => scheduling.WithdrawAsync(JobNames.Vet(id), ct);
}
