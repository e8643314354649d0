using System.Globalization;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Bench;

/// <summary>Fills a lab with runs on eight datasets.</summary>
internal static class BenchRuns
{
    /// <summary>Adds finished and failed runs with their epochs; the first has 500.</summary>
    public static async Task SeedAsync(IDbContextFactory<LabDbContext> contexts, int runs, int epochs)
    {
        var random = new Random(1);
        string[] recipes = ["lenet", "basic-cnn", "vgg19-frozen", "vgg19-finetuned", "resnet50v2", "squeezenet", "cellnet"];
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        List<Split> splits;
        await using (var db = await contexts.CreateDbContextAsync())
        {
            splits = [.. Enumerable.Range(0, 8).Select(i => new Split
            {
                Version = new DatasetVersion
                {
                    Dataset = new Dataset { Name = $"cells {i}", CreatedAt = start },
                    Number = 1,
                    Status = DatasetVersionStatus.Ready,
                    ClassNames = ["Parasitized", "Uninfected"],
                    PositiveClass = 0,
                    CreatedAt = start,
                },
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
                    db.Epochs.Add(EpochRow.Of(run.Id, new EpochRecord
                    {
                        Epoch = epoch,
                        TrainLoss = 1.0 / epoch,
                        TrainAccuracy = 0.9,
                        ValLoss = 1.1 / epoch,
                        ValAccuracy = 0.9,
                        LearningRate = 0.01,
                        Seconds = 5,
                        ImagesPerSecond = 900,
                    }, start));
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
