using Framevet.Pipeline.Export;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Jobs;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
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

    [Fact]
    public async Task The_first_export_of_one_person_goes_before_the_second_of_another()
    {
        var ct = TestContext.Current.CancellationToken;
        var (_, scheduler, run) = await PausedAsync(ct);
        var (store, queue) = (app.Services.GetRequiredService<IExportStore>(), app.Services.GetRequiredService<IExportQueue>());
        var now = TimeProvider.System.GetUtcNow();
        var of = new Run { Id = run, OwnerId = "ada", SourceName = "clip.mp4", MediaSha256 = new string('0', 64), MediaKey = "media/0", MediaBytes = 1, Recipe = BuiltInRecipes.BestFrames, State = RunState.Done, Reason = "", CreatedAt = now };
        await app.Services.GetRequiredService<IRunStore>().AddAsync(of, ct);
        var asked = new List<(string Owner, Guid Id)>();
        foreach (var owner in new[] { "ada", "ada", "ada", "bob", "bob" })
        {
            var export = new ExportOrder(Guid.CreateVersion7(now), run, ExportState.Queued, 1, owner, owner, now.AddSeconds(asked.Count), null, null, null, null, null, null);
            await store.AddAsync(export, ct);
            await queue.EnqueueAsync(export.Id, ct);
            asked.Add((owner, export.Id));
        }

        var starts = new List<(string Owner, DateTimeOffset At)>();
        foreach (var (owner, id) in asked)
        {
            var name = JobNames.Export(id);
            var trigger = (await scheduler.GetTrigger(new TriggerKey(name.Name, name.Group), ct)).ShouldNotBeNull();
            trigger.ExecutionGroup.ShouldBe(JobNames.IoGroup);
            starts.Add((owner, trigger.StartTimeUtc));
        }

        starts.OrderBy(s => s.At).Select(s => s.Owner).ShouldBe(["ada", "bob", "ada", "bob", "ada"]);
        foreach (var (_, id) in asked)
        {
            await scheduler.UnscheduleJob(new TriggerKey(JobNames.Export(id).Name, JobNames.Export(id).Group), ct);
            _ = await store.TryUpdateAsync((await store.GetAsync(id, ct))! with { State = ExportState.Failed }, ExportState.Queued, ct);
        }

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
        var error = await Record.ExceptionAsync(() => JobOutcomes.RunAsync("x", () => Task.FromResult(outcome), NullLogger.Instance, CancellationToken.None));

        (error is not null).ShouldBe(isTriedAgain);
        error.ShouldNotBeAssignableTo<OperationCanceledException>();
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Work_that_is_cancelled_by_a_stop_is_taken_up_again_and_no_error(bool isStopping, int errors)
    {
        using var log = new KeptLog();
        using var stop = new CancellationTokenSource();
        if (isStopping)
        {
            await stop.CancelAsync();
        }

        var error = await Record.ExceptionAsync(() => JobOutcomes.RunAsync("x", () => throw new OperationCanceledException("a question was broken off"), log, stop.Token));

        error.ShouldNotBeNull().ShouldNotBeAssignableTo<OperationCanceledException>();
        log.Count(LogLevel.Error).ShouldBe(errors);
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
