using Microsoft.Extensions.Options;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>Sets and removes triggers, the same way for every kind of job. The rows are the truth: a trigger too many finds nothing to do. Thread-safe.</summary>
internal sealed class JobScheduling(ISchedulerFactory schedulers, IOptions<JobsOptions> options, TimeProvider time)
{
    private const int MaxRetries = 5;

    /// <summary>Schedules the job unless a trigger of it waits already. Called while it runs, it runs once more afterwards.</summary>
    public Task EnqueueAsync<TJob>(JobKey key, string executionGroup, int priority, CancellationToken ct)
        where TJob : IJob => EnqueueAsync<TJob>(key, executionGroup, () => Task.FromResult(priority), ct);

    /// <summary>The same with a priority that is dear to know: it is asked for only when a trigger is set.</summary>
    public async Task EnqueueAsync<TJob>(JobKey key, string executionGroup, Func<Task<int>> priority, CancellationToken ct)
        where TJob : IJob
    {
        var scheduler = await schedulers.GetScheduler(ct);
        var triggerKey = new TriggerKey(key.Name, key.Group);

        // A one-shot trigger that has fired has no next time, but stays in the store until its job ends.
        var waiting = await scheduler.GetTrigger(triggerKey, ct);
        if (waiting?.NextFireTimeUtc is not null && waiting.ExecutionGroup == executionGroup && await scheduler.GetTriggerState(triggerKey, ct) is not TriggerState.Error)
        {
            return;
        }

        var job = JobBuilder.Create<TJob>().WithIdentity(key).Build();
        var trigger = TriggerBuilder.Create()
            .WithIdentity(triggerKey)
            .ForJob(key)
            .StartAt(PriorityBands.StartAt(await priority(), time.GetUtcNow()))
            .WithSchedule(SimpleScheduleBuilder.Create().WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
            .WithExecutionGroup(executionGroup)
            .WithRetryPolicy(RetryPolicy.Exponential(MaxRetries, TimeSpan.FromSeconds(options.Value.RetrySeconds), 2))
            .Build();
        await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, ct);
    }

    /// <summary>Removes a waiting trigger.</summary>
    public async Task WithdrawAsync(JobKey key, CancellationToken ct) => await (await schedulers.GetScheduler(ct)).UnscheduleJob(new TriggerKey(key.Name, key.Group), ct);
}
