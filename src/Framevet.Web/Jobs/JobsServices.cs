using Framevet.Data;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Framevet.Web.Cluster;
using Microsoft.Data.Sqlite;
using Npgsql;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>The scheduler: on a database file of its own, or clustered in tables of its own beside the data on a server.</summary>
internal static class JobsServices
{
    /// <summary>A node whose scheduler says nothing for so long is taken for dead, and its jobs are free for others. A run has a lease besides, so a mistake costs nothing.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    /// <summary>Registers scheduler, jobs and queues; <paramref name="databasePath"/> is created on first start, with a server nothing is.</summary>
    public static IServiceCollection AddFramevetJobs(this IServiceCollection services, JobsOptions options, DataOptions data, ThisNode node, string databasePath)
    {
        var connection = node.IsClustered ? data.ServerConnection() : new SqliteConnectionStringBuilder { DataSource = databasePath }.ToString();
        // How a job ended is logged at its boundary; what the scheduler says about it in addition is a stack trace for each hand-back.
        services.AddLogging(l => l.AddFilter("Quartz.Core.JobRunShell", LogLevel.None).AddFilter("Quartz.Core.ErrorLogger", LogLevel.None));
        services.AddSingleton<JobScheduling>();
        services.AddSingleton(options.Turns);
        services.AddSingleton<WorkRouting>();
        services.AddSingleton<WaitReason>();
        services.AddSingleton<IRunQueue, QuartzRunQueue>();
        if (node.IsClustered && node.RunsJobs)
        {
            services.AddSingleton<ISegmentCrew, ClusterCrew>();
            services.AddFanOut();
        }

        services.AddSingleton<IExportQueue, QuartzExportQueue>();
        services.AddQuartz(q =>
        {
            q.ConfigureScheduler(o =>
            {
                o.InstanceName = "framevet";
                o.InstanceId = node.Work.Id;
                o.IdleWaitTime = TimeSpan.FromSeconds(1);
            });

            // Two threads more than slots: the sweep must never wait for a long run.
            q.UseDefaultThreadPool(node.Groups.Sum(g => ThisNode.Slots(g, options)) + 2);
            q.UseExecutionLimits(l =>
            {
                foreach (var group in node.Groups)
                {
                    l.ForGroup(group, ThisNode.Slots(group, options));
                }
            });
            if (node.Refused.ToArray() is { Length: > 0 } refused)
            {
                q.RefuseExecutionGroups(refused);
            }

            q.UsePersistentStore(s =>
            {
                s.ProvisionSchema();
                s.UseSystemTextJsonSerializer();
                if (node.IsClustered)
                {
                    s.UsePostgres(NpgsqlFactory.Instance, connection);
                    s.UseClustering(c =>
                    {
                        c.CheckinInterval = TimeSpan.FromSeconds(2);
                        c.CheckinMisfireThreshold = Silence;
                    });
                }
                else
                {
                    s.UseSqlite(SqliteFactory.Instance, connection);
                }
            });
            q.ScheduleJob<SweepJob>(t => t
                .WithIdentity("sweep", "housekeeping")
                .WithSimpleSchedule(s => s
                    .WithInterval(TimeSpan.FromSeconds(options.SweepSeconds))
                    .RepeatForever()
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)));
        });
        services.AddQuartzHostedService(o =>
        {
            o.WaitForJobsToComplete = true;
            o.AwaitApplicationStarted = true;

            // A node for people only submits.
            o.AutoStart = node.RunsJobs;
        });
        return services;
    }

    /// <summary>Write-ahead logging is a property of the file; the scheduler's own default is many times slower.</summary>
    public static async Task PrepareAsync(string databasePath, CancellationToken ct)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = databasePath }.ToString());
        await connection.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL;";
        await command.ExecuteScalarAsync(ct);
    }
}
