using Framevet.Data;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Microsoft.Data.Sqlite;
using Npgsql;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>The scheduler: on a database file of its own, or clustered in tables of its own beside the data on a server.</summary>
internal static class JobsServices
{
    /// <summary>A node that says nothing for so long is taken for dead. Generous: a busy machine is not dead.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    /// <summary>Registers scheduler, jobs and queues; <paramref name="databasePath"/> is created on first start, with a server nothing is.</summary>
    public static IServiceCollection AddFramevetJobs(this IServiceCollection services, JobsOptions options, DataOptions data, string databasePath)
    {
        var isClustered = data.Provider == DatabaseKind.Postgres;
        var connection = isClustered ? data.ServerConnection() : new SqliteConnectionStringBuilder { DataSource = databasePath }.ToString();
        // How a job ended is logged at its boundary; what the scheduler says about it in addition is a stack trace for each hand-back.
        services.AddLogging(l => l.AddFilter("Quartz.Core.JobRunShell", LogLevel.None).AddFilter("Quartz.Core.ErrorLogger", LogLevel.None));
        services.AddSingleton<JobScheduling>();
        services.AddSingleton<IRunQueue, QuartzRunQueue>();
        services.AddSingleton<IExportQueue, QuartzExportQueue>();
        services.AddQuartz(q =>
        {
            q.ConfigureScheduler(o =>
            {
                o.InstanceName = "framevet";
                o.InstanceId = isClustered ? $"{Environment.MachineName}-{Environment.ProcessId}" : "local";
                o.IdleWaitTime = TimeSpan.FromSeconds(1);
            });

            // Two threads more than slots: the sweep must never wait for a long run.
            q.UseDefaultThreadPool(options.CpuSlots + options.IoSlots + 2);
            q.UseExecutionLimits(l => l.ForGroup(JobNames.CpuGroup, options.CpuSlots).ForGroup(JobNames.IoGroup, options.IoSlots));
            q.UsePersistentStore(s =>
            {
                s.ProvisionSchema();
                s.UseSystemTextJsonSerializer();
                if (isClustered)
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
