using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Worker.Tests;

/// <summary>A lab on SQLite in a temporary folder, with what the web process does of it: scheduling and reconciling.</summary>
internal sealed class TestLab : IAsyncDisposable
{
    private static readonly Actor Ana = new(null, "Ana");
    private readonly IHost host;

    private TestLab(IHost host, LabPaths paths) => (this.host, Paths) = (host, paths);

    public LabPaths Paths { get; }

    public static async Task<TestLab> StartAsync()
    {
        var options = new LabDataOptions { DataFolder = Directory.CreateTempSubdirectory("malarialab-test-").FullName };
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddLabData(options);
        builder.Services.AddLabJobs(options);
        var host = builder.Build();
        await host.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync();
        await host.StartAsync();
        return new(host, new LabPaths(options));
    }

    public T Get<T>() where T : notnull => host.Services.GetRequiredService<T>();

    public LabDbContext Db() => Get<IDbContextFactory<LabDbContext>>().CreateDbContext();

    /// <summary>Starts the import of an archive that lies in the inbox under this name.</summary>
    public Task<StartedImport> StartImportAsync(string inboxName, ImportOptions? options = null, ImportSource source = ImportSource.Inbox) =>
        Get<DatasetCommands>().StartImportAsync(
            new() { Name = inboxName + Guid.NewGuid(), Source = source, OriginalName = inboxName, StoredName = inboxName, Options = options ?? new() }, Ana);

    /// <summary>Imports an archive that lies in the inbox under this name and waits until it is ready.</summary>
    public async Task<StartedImport> ImportAsync(string inboxName, ImportOptions? options = null)
    {
        var import = await StartImportAsync(inboxName, options);
        var task = await FinishedTaskAsync(import.TaskId);
        Assert.True(task.Status == LabTaskStatus.Succeeded, task.Reason);
        return import;
    }

    /// <summary>Imports drawn cells and splits them 60/20/20.</summary>
    public async Task<DataSpec> ImportCellsAsync(int imagesPerClass, int firstNumber = 0)
    {
        TestCells.WriteZip(Path.Combine(Paths.Inbox, "cells.zip"), imagesPerClass, firstNumber);
        var import = await ImportAsync("cells.zip", new() { GroupRule = "nih" });
        var split = await Get<SplitCommands>().CreateAsync(
            import.VersionId, new() { Unit = SplitUnit.Image, TrainPercent = 60, ValidationPercent = 20, TestPercent = 20 }, "image split", Ana);
        await using var db = Db();
        return await db.Splits.Where(s => s.Id == split)
            .Select(s => new DataSpec { DatasetVersionId = s.VersionId, SplitId = s.Id, DatasetHash = s.Version!.ContentHash, SplitHash = s.Hash }).SingleAsync();
    }

    /// <summary>Queues a task.</summary>
    public Task<long> StartTaskAsync(JobKind kind, long subject, string payload) => Get<LabTasks>().EnqueueAsync(new(kind, kind.ToString(), subject, payload), Ana);

    /// <summary>Creates and queues a run.</summary>
    public async Task<long> QueueAsync(ExperimentSpec spec)
    {
        var run = await Get<RunCommands>().CreateAsync(new() { Spec = spec, Name = "run" }, Ana);
        await Get<RunCommands>().EnqueueAsync(run, Ana);
        return run;
    }

    public Task CancelAsync(long run) => Get<RunCommands>().CancelAsync(run, Ana);

    /// <summary>A small LeNet.</summary>
    public static ExperimentSpec LeNet(DataSpec data, int epochs, int size = 32, double learningRate = 0.01) => new()
    {
        Recipe = "lenet",
        Data = data,
        Architecture = new() { Key = "lenet", Size = size },
        Augmentation = new() { RotationDegrees = 20, FlipHorizontal = true },
        Optimizer = new() { Kind = OptimizerKind.Adam, LearningRate = learningRate },
        Training = new() { Epochs = epochs, BatchSize = 16 },
    };

    public Task CancelTaskAsync(long task) => Get<LabTasks>().CancelAsync(task, Ana);

    public Task<LabTask> FinishedTaskAsync(long task) => UntilTaskAsync(task, t => t.Status.IsFinished());

    public Task<LabTask> UntilTaskAsync(long task, Func<LabTask, bool> condition) => UntilAsync(
        async db => await db.Tasks.AsNoTracking().SingleAsync(t => t.Id == task), condition);

    public Task<Run> FinishedRunAsync(long run) => UntilRunAsync(run, r => r.Status.IsFinished());

    public Task<Run> UntilRunAsync(long run, Func<Run, bool> condition) => UntilAsync(
        async db => await db.Runs.AsNoTracking().SingleAsync(r => r.Id == run), condition);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await using (var db = Db()) SqliteConnection.ClearPool((SqliteConnection)db.Database.GetDbConnection());
        host.Dispose();
        TemporaryFolder.Delete(Paths.Root);
    }

    private async Task<T> UntilAsync<T>(Func<LabDbContext, Task<T>> look, Func<T, bool> condition)
    {
        T value = default!;
        await Patience.UntilAsync(async () =>
        {
            await using var db = Db();
            return condition(value = await look(db));
        }, "The lab never came to the state that was waited for.");
        return value;
    }
}
