using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Worker.Caches;
using MalariaLab.Worker.Downloads;
using MalariaLab.Worker.Imports;
using MalariaLab.Worker.Insights;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Bench;

/// <summary>A lab on SQLite in a folder of its own, whose jobs run in this process.</summary>
internal sealed class BenchLab : IAsyncDisposable
{
    private static readonly Actor Bench = new(null, "bench");
    private readonly ServiceProvider services;
    private readonly string folder;
    private readonly bool keep;

    private BenchLab(string folder, bool keep)
    {
        (this.folder, this.keep) = (folder, keep);
        var options = new LabDataOptions { DataFolder = folder };
        var collection = new ServiceCollection().AddLogging().AddLabData(options).AddLabJobs(options);
        collection.AddSingleton<ImportSources>().AddSingleton<FileDownload>().AddSingleton<PixelCaches>();
        collection.AddSingleton<IJobHandler, ImportHandler>().AddSingleton<IJobHandler, DuplicatesHandler>();
        services = collection.BuildServiceProvider();
    }

    public string Folder => folder;

    public string Inbox => Get<LabPaths>().Inbox;

    /// <summary>Starts a lab in a folder that stays, or in a temporary one.</summary>
    public static async Task<BenchLab> StartAsync(string? folder = null)
    {
        var lab = new BenchLab(folder ?? Directory.CreateTempSubdirectory("malarialab-bench-").FullName, folder is not null);
        await lab.Get<DatabaseMigrator>().MigrateAsync();
        return lab;
    }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public LabDbContext Db() => Get<IDbContextFactory<LabDbContext>>().CreateDbContext();

    /// <summary>Asks for an import of something in the inbox.</summary>
    public Task<StartedImport> StartImportAsync(string name, string groupRule) => Get<DatasetCommands>().StartImportAsync(
        new() { Name = "bench", Source = ImportSource.Inbox, OriginalName = name, StoredName = name, Options = new() { GroupRule = groupRule } }, Bench);

    /// <summary>Takes a queued task as the worker would.</summary>
    public async Task<JobContext> ClaimAsync(long taskId)
    {
        var ticket = (await Get<LabTasks>().FindAsync(taskId))!.Ticket;
        var task = (await Get<TaskExecution>().ClaimAsync(taskId, ticket, WorkerIdentity.NewSession("bench")))!;
        return new() { Kind = task.Kind, Id = task.Id, Ticket = ticket, Attempt = 1, SubjectId = task.SubjectId, PayloadJson = task.PayloadJson };
    }

    /// <summary>Does a task in this process.</summary>
    public async Task DoAsync(JobContext job) => await services.GetServices<IJobHandler>().Single(h => h.Kind == job.Kind).ExecuteAsync(job, CancellationToken.None);

    /// <summary>Asks for a report about a version and makes it.</summary>
    public async Task ReportAsync(long versionId, JobKind kind) => await DoAsync(await ClaimAsync(await Get<DatasetInsights>().StartAsync(versionId, kind, Bench)));

    /// <summary>Longest time that another writer waits for the database while <paramref name="work"/> goes on, in seconds.</summary>
    public async Task<double> LongestWaitAsync(Func<Task> work)
    {
        using var ended = new CancellationTokenSource();
        var longest = 0.0;
        var writing = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                await using var db = Db();
                var clock = Stopwatch.StartNew();
                await db.ChangeCounters.ExecuteUpdateAsync(set => set.SetProperty(c => c.Value, c => c.Value + 1));
                longest = Math.Max(longest, clock.Elapsed.TotalSeconds);
                await Task.Delay(20);
            }
        });
        try { await work(); }
        finally { await ended.CancelAsync(); }
        await writing;
        return longest;
    }

    /// <summary>What some files took, as a line.</summary>
    public static string Text(string what, int files, Stopwatch clock, TimeSpan before)
    {
        using var process = Process.GetCurrentProcess();
        var (seconds, busy) = (clock.Elapsed.TotalSeconds, (process.TotalProcessorTime - before).TotalSeconds);
        return string.Create(CultureInfo.InvariantCulture,
            $"{what}: {files:N0} files in {seconds:0.0} s ({files / seconds:N0} a second), "
                + $"{busy:0.0} s of processor time on {Environment.ProcessorCount} cores, {process.PeakWorkingSet64 / 1e6:0} MB at most");
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (!keep) Directory.Delete(folder, recursive: true);
    }
}
