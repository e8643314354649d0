using System.Text.Json;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Bench;

/// <summary>A finished run of many epochs on 7,365 images of 193 patients, with its scores, put straight into the database.</summary>
internal static class LongRun
{
    private const int Images = 7365, Patients = 193;

    public static async Task<long> AddAsync(LabDbContext db, int epochs)
    {
        var (random, now) = (new Random(3), new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var parts = Enumerable.Range(0, Images).Select(i => (i % 10) switch { < 6 => SplitPart.Train, 6 => SplitPart.Validation, _ => SplitPart.Test }).ToArray();
        var version = new DatasetVersion
        {
            Dataset = new Dataset { Name = "long", CreatedAt = now },
            Number = 1,
            Status = DatasetVersionStatus.Ready,
            ClassNames = ["Parasitized", "Uninfected"],
            PositiveClass = 0,
            GroupCount = Patients,
            ImageCount = Images,
            CreatedAt = now,
        };
        var split = new Split
        {
            Version = version,
            Name = "by patient",
            PlanJson = "{}",
            Assignment = [.. parts.Select(p => (byte)p)],
            Hash = "long",
            TestSetHash = "long-test",
            CountsJson = "{}",
            CreatedAt = now,
            TrainCount = parts.Count(p => p == SplitPart.Train),
            ValidationCount = parts.Count(p => p == SplitPart.Validation),
            TestCount = parts.Count(p => p == SplitPart.Test),
        };
        var blob = new BlobPack { FileName = "long", CreatedAt = now };
        db.AddRange(split, blob);
        await db.SaveChangesAsync();
        for (var i = 0; i < Images; i++)
        {
            var sha = i.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);
            db.Add(new Blob { Sha256 = sha, PackId = blob.Id });
            db.Add(new DatasetImage { VersionId = version.Id, Ordinal = i, Path = $"{i}.png", Sha256 = sha, Label = i / 7 % 2, Group = $"P{i % Patients}" });
        }
        var spec = Recipes.Get("lenet").CreateSpec(new DataSpec { DatasetVersionId = version.Id, SplitId = split.Id, DatasetHash = "", SplitHash = split.Hash }, 2, seed: 1);
        var run = new Run
        {
            Experiment = new Experiment
            {
                SpecJson = SpecJson.Write(spec),
                SpecHash = SpecJson.Hash(spec),
                Recipe = "lenet",
                Architecture = "lenet",
                DatasetVersionId = version.Id,
                SplitId = split.Id,
                Seed = 1,
                Epochs = epochs,
                CreatedAt = now,
            },
            Name = "A long run",
            Status = RunStatus.Succeeded,
            CreatedAt = now,
            StartedAt = now,
            FinishedAt = now.AddHours(1),
            LastEpoch = epochs,
            BestEpoch = epochs / 2,
        };
        db.Add(run);
        await db.SaveChangesAsync();
        for (var epoch = 1; epoch <= epochs; epoch++)
            db.Epochs.Add(EpochRow.Of(run.Id, new EpochRecord
            {
                Epoch = epoch,
                TrainLoss = 1.0 / epoch,
                TrainAccuracy = 0.9,
                ValLoss = (1.1 / epoch) + (0.01 * random.NextDouble()),
                ValAccuracy = 0.9 + (0.05 * random.NextDouble()),
                LearningRate = 0.01,
                Seconds = 5 + random.NextDouble(),
                ImagesPerSecond = 900,
            }, now));
        foreach (var (part, scope) in ((SplitPart, string)[])[(SplitPart.Validation, PredictionScope.Validation), (SplitPart.Test, PredictionScope.Test)])
        {
            var truth = Enumerable.Range(0, Images).Where(i => parts[i] == part).Select(i => i / 7 % 2).ToArray();
            var predictions = new Predictions { Labels = version.ClassNames, Truth = truth, Probabilities = [.. truth.SelectMany(t => Row(t, random))] };
            db.Add(new PredictionSet
            {
                RunId = run.Id,
                DatasetVersionId = version.Id,
                Scope = scope,
                SetHash = scope,
                Count = truth.Length,
                Blob = PredictionBlob.Write(predictions),
                At = now,
            });
            db.Add(new EvaluationRow
            {
                RunId = run.Id,
                DatasetVersionId = version.Id,
                Scope = scope,
                SetHash = scope,
                ReportJson = JsonSerializer.Serialize(Evaluator.Evaluate(predictions, 0), JsonSerializerOptions.Web),
                At = now,
            });
        }
        await db.SaveChangesAsync();
        return run.Id;
    }

    // Right nineteen times in twenty, more or less sure.
    private static float[] Row(int truth, Random random)
    {
        var sure = (float)(0.5 + (0.5 * Math.Sqrt(random.NextDouble())));
        var first = (truth == 0) == (random.NextDouble() < 0.95) ? sure : 1 - sure;
        return [first, 1 - first];
    }
}
