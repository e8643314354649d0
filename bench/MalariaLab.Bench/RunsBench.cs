using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Bench;

/// <summary>A lab of many runs: how long its pages wait for the database.</summary>
internal static class RunsBench
{
    public const string Usage = "runs [--runs 10000] [--epochs 30] [--postgres CONNECTION]   seed a lab in a temporary folder and time every sort, filter and page";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (runs, epochs) = (arguments.Int("runs") ?? 10_000, arguments.Int("epochs") ?? 30);
        var postgres = arguments["postgres"] ?? "";
        var folder = Directory.CreateTempSubdirectory("lab-bench-").FullName;
        try
        {
            var options = new LabDataOptions { DataFolder = folder, Provider = postgres.Length > 0 ? LabDatabase.Postgres : LabDatabase.Sqlite, ConnectionString = postgres };
            await using var services = new ServiceCollection().AddLogging().AddLabData(options).BuildServiceProvider();
            await services.GetRequiredService<DatabaseMigrator>().MigrateAsync();
            var watch = Stopwatch.StartNew();
            await SeedAsync(services.GetRequiredService<IDbContextFactory<LabDbContext>>(), runs, epochs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Provider}: {runs:N0} runs of {epochs} epochs seeded in {watch.Elapsed.TotalSeconds:0.0} s"));
            await MeasureAsync(services.GetRequiredService<RunQueries>(), services.GetRequiredService<ChangeFeed>(), runs);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(RunQueries queries, ChangeFeed feed, int runs)
    {
        var filters = new (string Name, RunFilter Filter)[]
        {
            ("all", new()),
            ("words", new() { Text = "lenet run 77" }),
            ("tag", new() { Tags = ["tag3"] }),
            ("state and recipe", new() { Statuses = [RunStatus.Succeeded], Recipes = ["lenet", "vgg19-frozen"] }),
            ("last page", new() { Skip = runs - 50 }),
        };
        await queries.ListAsync(new RunFilter());
        Console.WriteLine($"{"runs page",-28}{"p50 ms",10}{"p95 ms",10}{"max ms",10}");
        foreach (var (name, filter) in filters)
        {
            var times = new List<double>();
            foreach (var sort in Enum.GetValues<RunSort>())
                foreach (var descending in (bool[])[true, false])
                    for (var repeat = 0; repeat < 5; repeat++)
                        times.Add(await TimeAsync(() => queries.ListAsync(filter with { Sort = sort, Descending = descending })));
            Print(name, times);
        }
        var ids = Enumerable.Range(1, 20).Select(i => (long)i * (runs / 20)).ToList();
        await PrintAsync("one run", () => queries.FindAsync(ids[3]));
        await PrintAsync("500 epochs", () => queries.EpochsAsync(1));
        await PrintAsync("20 runs with epochs", () => queries.EpochsAsync(ids));
        await PrintAsync("queue", () => queries.QueueAsync());
        var now = await feed.NowAsync();
        await PrintAsync("poll", () => feed.AfterAsync(now));
    }

    private static async Task PrintAsync(string name, Func<Task> work)
    {
        await work();
        var times = new List<double>();
        for (var i = 0; i < 50; i++) times.Add(await TimeAsync(work));
        Print(name, times);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Print(string name, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28}{times[times.Count / 2],10:0.0}{times[(int)(times.Count * 0.95)],10:0.0}{times[^1],10:0.0}"));
    }

    internal static async Task SeedAsync(IDbContextFactory<LabDbContext> contexts, int runs, int epochs)
    {
        var random = new Random(1);
        string[] recipes = ["lenet", "basic-cnn", "vgg19-frozen", "vgg19-finetuned", "resnet50v2", "squeezenet", "cellnet"];
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        List<Split> splits;
        await using (var db = await contexts.CreateDbContextAsync())
        {
            splits = [.. Enumerable.Range(0, 8).Select(i => new Split
            {
                Version = new DatasetVersion { Dataset = new Dataset { Name = $"cells {i}", CreatedAt = start }, Number = 1, Status = DatasetVersionStatus.Ready, ClassNames = ["Parasitized", "Uninfected"], CreatedAt = start },
                Name = "by patient", PlanJson = "{}", Assignment = new byte[7365], Hash = $"s{i}", TestSetHash = $"t{i}", CountsJson = "{}", CreatedAt = start,
            })];
            db.Splits.AddRange(splits);
            await db.SaveChangesAsync();
        }
        for (var first = 0; first < runs; first += 500)
        {
            await using var db = await contexts.CreateDbContextAsync();
            var batch = Enumerable.Range(first, Math.Min(500, runs - first)).Select(i => RunOf(i, splits[i % splits.Count], recipes[i % recipes.Length], random, start)).ToList();
            db.Runs.AddRange(batch);
            await db.SaveChangesAsync();
            foreach (var run in batch)
                for (var epoch = 1; epoch <= (run.Id == 1 ? 500 : epochs); epoch++)
                    db.Epochs.Add(EpochRow.Of(run.Id, new EpochRecord { Epoch = epoch, TrainLoss = 1.0 / epoch, TrainAccuracy = 0.9, ValLoss = 1.1 / epoch, ValAccuracy = 0.9, LearningRate = 0.01, Seconds = 5, ImagesPerSecond = 900 }, start));
            await db.SaveChangesAsync();
        }
    }

    private static Run RunOf(int i, Split split, string recipe, Random random, DateTimeOffset start)
    {
        var spec = new ExperimentSpec
        {
            Recipe = recipe,
            Data = new DataSpec { DatasetVersionId = split.VersionId, SplitId = split.Id, DatasetHash = "", SplitHash = split.Hash },
            Architecture = new ArchitectureSpec { Key = recipe, Size = 128 },
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Adam, LearningRate = 1e-3 },
            Training = new TrainingSpec { Seed = i },
        };
        var finished = i % 20 != 0;
        return new Run
        {
            Experiment = new Experiment
            {
                SpecJson = SpecJson.Write(spec),
                SpecHash = SpecJson.Hash(spec),
                Recipe = recipe,
                Architecture = recipe,
                DatasetVersionId = split.VersionId,
                SplitId = split.Id,
                Seed = i,
                Epochs = 30,
                CreatedAt = start,
            },
            Name = string.Create(CultureInfo.InvariantCulture, $"{recipe} run {i}"),
            Status = finished ? RunStatus.Succeeded : RunStatus.Failed,
            TagText = RunTags.Write([$"tag{i % 10}", "bench"]),
            Notes = "Baseline before the stain jitter; see the comparison with the patient split.",
            CreatedAt = start.AddMinutes(i),
            QueuedAt = start.AddMinutes(i),
            FinishedAt = start.AddMinutes(i + 5),
            LastEpoch = 30,
            BestValLoss = random.NextDouble(),
            BestValAccuracy = random.NextDouble(),
            TrainSeconds = random.NextDouble() * 1000,
            Accuracy = finished ? random.NextDouble() : null,
            Auc = finished ? random.NextDouble() : null,
            Sensitivity = finished ? random.NextDouble() : null,
            Specificity = finished ? random.NextDouble() : null,
            TestSetHash = split.TestSetHash,
        };
    }
}
