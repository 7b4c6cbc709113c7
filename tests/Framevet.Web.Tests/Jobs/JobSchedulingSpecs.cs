using Framevet.Pipeline.Runs;
using Framevet.Web.Jobs;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Quartz;

namespace Framevet.Web.Tests.Jobs;

/// <summary>Triggers in the real scheduler of a running server.</summary>
public sealed class JobSchedulingSpecs(AppHost app) : IClassFixture<AppHost>
{
    [Fact]
    public async Task A_run_is_scheduled_once_however_often_it_is_queued()
    {
        var ct = TestContext.Current.CancellationToken;
        var (queue, scheduler, id) = await PausedAsync(ct);

        await queue.EnqueueAsync(id, 5, ct);
        var first = await scheduler.GetTrigger(Key(id), ct);
        await queue.EnqueueAsync(id, 9, ct);
        var second = await scheduler.GetTrigger(Key(id), ct);

        second!.StartTimeUtc.ShouldBe(first!.StartTimeUtc);
        first.ExecutionGroup.ShouldBe(JobNames.CpuGroup);
        await scheduler.Start(ct);
    }

    [Fact]
    public async Task A_run_that_is_withdrawn_leaves_no_trigger()
    {
        var ct = TestContext.Current.CancellationToken;
        var (queue, scheduler, id) = await PausedAsync(ct);
        await queue.EnqueueAsync(id, 5, ct);

        await queue.WithdrawAsync(id, ct);

        (await scheduler.Exists(JobNames.Vet(id), ct)).ShouldBeFalse();
        await scheduler.Start(ct);
    }

    [Theory]
    [InlineData(RunOutcome.RetryLater, true)]
    [InlineData(RunOutcome.HandedBack, true)]
    [InlineData(RunOutcome.Completed, false)]
    [InlineData(RunOutcome.Failed, false)]
    [InlineData(RunOutcome.Cancelled, false)]
    [InlineData(RunOutcome.Nothing, false)]
    public async Task Only_what_may_help_is_tried_again(RunOutcome outcome, bool isTriedAgain)
    {
        var error = await Record.ExceptionAsync(() => JobOutcomes.RunAsync("x", () => Task.FromResult(outcome), NullLogger.Instance));

        (error is not null).ShouldBe(isTriedAgain);
        error.ShouldNotBeAssignableTo<OperationCanceledException>();
    }

    /// <summary>Nothing fires while the test looks.</summary>
    private async Task<(IRunQueue Queue, IScheduler Scheduler, RunId Id)> PausedAsync(CancellationToken ct)
    {
        var scheduler = await app.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(ct);
        for (var i = 0; i < 100 && scheduler.Status != SchedulerStatus.Running; i++)
        {
            await Task.Delay(100, ct);
        }

        await scheduler.Standby(ct);
        return (app.Services.GetRequiredService<IRunQueue>(), scheduler, RunId.New(TimeProvider.System.GetUtcNow()));
    }

    private static TriggerKey Key(RunId id) => new(id.ToString(), "vet");
}
