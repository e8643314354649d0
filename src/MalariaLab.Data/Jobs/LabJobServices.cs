using MalariaLab.Core.Jobs;
using MalariaLab.Data.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace MalariaLab.Data.Jobs;

/// <summary>Registration of the queue.</summary>
public static class LabJobServices
{
    /// <summary>
    /// Adds the queue to a process that called <c>AddLabData</c> with the same options. The web process (no <paramref name="worker"/>) schedules and reconciles
    /// but never executes; a worker executes what its registered <see cref="IJobHandler"/>s can do.
    /// </summary>
    public static IServiceCollection AddLabJobs(this IServiceCollection services, LabDataOptions options, WorkerIdentity? worker = null)
    {
        var sqliteFile = options.Provider == LabDatabase.Sqlite ? PrepareSqlite(new LabPaths(options)) : null;
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "malarialab";
                if (sqliteFile is null) scheduler.InstanceId = worker?.Session ?? $"web-{Guid.NewGuid():N}";
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(1);
                scheduler.DefaultMisfireHandling = DefaultMisfireHandling.IgnoreMisfires;
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            });
            quartz.UseDefaultThreadPool(8);
            quartz.UsePersistentStore(store =>
            {
                if (sqliteFile is not null)
                {
                    store.UseSqlite(sqliteFile);
                }
                else
                {
                    store.UsePostgres(options.ConnectionString!);
                    store.UseClustering(cluster =>
                    {
                        cluster.CheckinInterval = TimeSpan.FromSeconds(3);
                        cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(20);
                    });
                }
                store.ConfigureStore(ado => ado.StoreJobDataAsStrings = true);
                store.ProvisionSchema();
                store.UseExecutionHistory();
            });
            quartz.UseExecutionLimits(limits => limits
                .ForGroup(JobGroups.Runs, 1)
                .ForGroup(JobGroups.Predictions, 2)
                .ForGroup(JobGroups.Evaluations, 1)
                .ForGroup(JobGroups.Imports, 2)
                .ForOtherGroups(1));
            quartz.AddJobLogScope();
        });
        services.AddQuartzHostedService(hosted =>
        {
            hosted.AutoStart = worker is not null;
            hosted.WaitForJobsToComplete = true;
        });
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
        services.AddSingleton<IJobScheduler, QuartzJobScheduler>();
        if (worker is null)
        {
            services.AddSingleton<Reconciler>();
            services.AddHostedService<ReconcilerService>();
        }
        else
        {
            services.AddSingleton(worker);
            services.AddSingleton<JobRunner>();
        }
        return services;
    }

    /// <summary>The file's journal mode lasts; writers of two processes would otherwise lock each other out.</summary>
    private static string PrepareSqlite(LabPaths paths)
    {
        var connectionString = $"Data Source={paths.JobsDb};Default Timeout=30";
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL";
        command.ExecuteNonQuery();
        return connectionString;
    }
}
