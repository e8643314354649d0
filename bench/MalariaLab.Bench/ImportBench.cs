using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Worker.Caches;
using MalariaLab.Worker.Imports;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Bench;

/// <summary>An import as the worker does it, from the archive to the committed manifest, in a data folder of its own; then a pixel cache.</summary>
internal static class ImportBench
{
    public const string Usage = "import --source ZIP|FOLDER [--group nih] [--cache 128]";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        await MeasureAsync(arguments.Require("source"), arguments["group"] ?? "nih", arguments.Int("cache"), Console.WriteLine);
        return 0;
    }

    /// <summary>Images a second through an import and its pixel cache together.</summary>
    public static Task<double> RateAsync(string source, int cache) => MeasureAsync(source, "nih", cache, _ => { });

    private static async Task<double> MeasureAsync(string source, string group, int? cache, Action<string> report)
    {
        var options = new LabDataOptions { DataFolder = Directory.CreateTempSubdirectory("malarialab-bench-").FullName };
        try
        {
            var services = new ServiceCollection().AddLogging().AddLabData(options).AddLabJobs(options);
            services.AddSingleton<ImportSources>().AddSingleton<ImportHandler>().AddSingleton<PixelCaches>();
            await using var lab = services.BuildServiceProvider();
            await lab.GetRequiredService<DatabaseMigrator>().MigrateAsync();
            return await MeasureAsync(lab, Path.GetFullPath(source), group, cache, report);
        }
        finally
        {
            Directory.Delete(options.DataFolder, true);
        }
    }

    private static async Task<double> MeasureAsync(ServiceProvider lab, string source, string group, int? cacheSize, Action<string> report)
    {
        // The inbox takes no links, so the source is copied there first; that is not part of the import.
        var name = Path.GetFileName(source);
        var inbox = Path.Combine(lab.GetRequiredService<LabPaths>().Inbox, name);
        if (File.Exists(source)) File.Copy(source, inbox);
        else foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(inbox, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var started = await lab.GetRequiredService<DatasetCommands>().StartImportAsync(
            new() { Name = "bench", Source = ImportSource.Inbox, OriginalName = name, StoredName = name, Options = new() { GroupRule = group } },
            new Actor(null, "bench"));
        await using var db = lab.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContext();
        var task = await lab.GetRequiredService<TaskExecution>().ClaimAsync(
            started.TaskId, await db.Tasks.Where(t => t.Id == started.TaskId).Select(t => t.Ticket).SingleAsync(), WorkerIdentity.NewSession("bench"));

        using var process = Process.GetCurrentProcess();
        var (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        await lab.GetRequiredService<ImportHandler>().ExecuteAsync(
            new() { Kind = JobKind.Import, Id = task!.Id, Ticket = task.Ticket, Attempt = 1, SubjectId = task.SubjectId, PayloadJson = task.PayloadJson }, CancellationToken.None);
        var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == started.VersionId);
        var files = version.ImageCount + version.RefusalCount;
        var seconds = clock.Elapsed.TotalSeconds;
        report(Text("import", files, clock, process, processor));
        report($"{version.Verdict} {version.GroupCount} groups, content hash {version.ContentHash}");

        if (cacheSize is not { } size) return files / seconds;
        (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        using var cache = await lab.GetRequiredService<PixelCaches>().OpenAsync(
            version, await db.SplitItemsAsync(version.Id), new() { Key = "lenet", Size = size }, Interpolation.Bilinear, null, CancellationToken.None);
        seconds += clock.Elapsed.TotalSeconds;
        report(Text(string.Create(CultureInfo.InvariantCulture, $"{size} px cache"), cache.Count, clock, process, processor));
        return files / seconds;
    }

    private static string Text(string what, int files, Stopwatch clock, Process process, TimeSpan before)
    {
        process.Refresh();
        var (seconds, busy) = (clock.Elapsed.TotalSeconds, (process.TotalProcessorTime - before).TotalSeconds);
        return string.Create(CultureInfo.InvariantCulture,
            $"{what}: {files:N0} files in {seconds:0.0} s ({files / seconds:N0} a second), {busy:0.0} s of processor time on {Environment.ProcessorCount} cores, {process.PeakWorkingSet64 / 1e6:0} MB at most");
    }
}
