using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Training;
using MalariaLab.Worker.Caches;
using MalariaLab.Worker.Downloads;
using MalariaLab.Worker.Imports;
using MalariaLab.Worker.Insights;
using MalariaLab.Worker.Models;
using MalariaLab.Worker.Runs;
using MalariaLab.Worker.Weights;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Worker.Hosting;

/// <summary>Composition of the worker process.</summary>
internal static class WorkerHost
{
    /// <summary>Registers everything and gives the data options, which are needed before the host exists.</summary>
    public static LabDataOptions AddWorker(this HostApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection("Worker").Get<WorkerSettings>() ?? new();
        var options = DataOptions(builder.Configuration.GetSection("Lab"));
        var name = settings.Name.Length > 0 ? settings.Name : Environment.MachineName;

        var services = builder.Services;
        services.AddLogging(logging =>
        {
            logging.ClearProviders();
            // One line an entry with its level first, as the web process and systemd read it.
            logging.AddSystemdConsole(console => console.IncludeScopes = false);
            logging.AddFilter("Quartz", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);
        });
        services.AddLabData(options);
        services.AddSingleton(settings);
        services.AddSingleton(_ => MachineInfo.Detect(settings));
        services.AddSingleton<ITrainer, Trainer>();
        services.AddSingleton<PixelCaches>();
        services.AddSingleton<RunResultWriter>();
        services.AddSingleton<ImportSources>();
        services.AddSingleton<IJobHandler, RunHandler>();
        services.AddSingleton<IJobHandler, ImportHandler>();
        services.AddSingleton<IJobHandler, CacheHandler>();
        services.AddSingleton<IJobHandler, StatisticsHandler>();
        services.AddSingleton<IJobHandler, DuplicatesHandler>();
        services.AddSingleton<IJobHandler, AuditHandler>();
        services.AddSingleton<RunModels>();
        services.AddSingleton<IJobHandler, PredictionHandler>();
        services.AddSingleton<IJobHandler, ExplanationHandler>();
        services.AddSingleton<IJobHandler, EvaluationHandler>();
        services.AddSingleton<StartWeightsFiles>();
        services.AddSingleton<FileDownload>();
        services.AddSingleton<IJobHandler, WeightsImportHandler>();
        if (settings.StopWithInput) services.AddHostedService<ParentWatch>();
        services.AddHostedService<Cleaning>();
        // Before the queue, so that the worker is known when it claims its first job, and still beats while the last one stops.
        services.AddHostedService<Heartbeat>();
        services.AddLabJobs(options, WorkerIdentity.NewSession(name));
        return options;
    }

    private static LabDataOptions DataOptions(IConfigurationSection lab) => new()
    {
        DataFolder = lab["Data"] is { Length: > 0 } data ? data : "data",
        InboxFolder = lab["Inbox"] is { Length: > 0 } inbox ? inbox : null,
        Provider = lab.GetValue("Database", LabDatabase.Sqlite),
        ConnectionString = lab["ConnectionString"] is { Length: > 0 } connection ? connection : null,
    };
}
