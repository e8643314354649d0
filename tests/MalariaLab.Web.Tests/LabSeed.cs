using System.Text.Json;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;

namespace MalariaLab.Web.Tests;

/// <summary>A lab with runs in every state, put straight into the database.</summary>
public static class LabSeed
{
    /// <summary>Adds a dataset, a split, a worker and <paramref name="runs"/> runs; deterministic.</summary>
    /// <returns>Row ids of the runs.</returns>
    public static async Task<IReadOnlyList<long>> FillAsync(LabDbContext db, int runs, DateTimeOffset now)
    {
        var version = new DatasetVersion
        {
            Dataset = new Dataset { Name = "nih-malaria-cells", CreatedAt = now },
            Number = 1,
            Status = DatasetVersionStatus.Ready,
            Verdict = "Ready: 7,365 images in 2 classes.",
            ClassNames = ["Parasitized", "Uninfected"],
            ClassCounts = [3683, 3682],
            PositiveClass = 0,
            ContentHash = new string('a', 64),
            ImageCount = 7365,
            GroupCount = 193,
            CreatedAt = now,
        };
        var split = new Split
        {
            Version = version,
            Name = "60/10/30 by patient",
            PlanJson = "{}",
            Assignment = [],
            Hash = new string('b', 64),
            TestSetHash = new string('c', 64),
            TrainCount = 4419,
            ValidationCount = 736,
            TestCount = 2210,
            CountsJson = "{}",
            CreatedAt = now,
        };
        db.AddRange(version, split, new WorkerNode
        {
            Name = "lab-1",
            Session = "s",
            HeartbeatAt = now,
            StartedAt = now,
            State = WorkerState.Busy,
            Device = "CPU, 4 cores",
            LibTorchVersion = "1.13.1",
        });
        await db.SaveChangesAsync();
        var random = new Random(7);
        var all = new List<Run>();
        for (var i = 0; i < runs; i++) all.Add(await AddRunAsync(db, version, split, i, now.AddMinutes(-13 * (runs - i)), random));
        return all.ConvertAll(r => r.Id);
    }

    /// <summary>The row of a spec, as the lab makes it.</summary>
    public static Experiment ExperimentOf(ExperimentSpec spec, DateTimeOffset at) => new()
    {
        SpecJson = SpecJson.Write(spec),
        SpecHash = SpecJson.Hash(spec),
        Recipe = spec.Recipe,
        Architecture = spec.Architecture.Key,
        DatasetVersionId = spec.Data.DatasetVersionId,
        SplitId = spec.Data.SplitId,
        Seed = spec.Training.Seed,
        Epochs = spec.Training.Epochs,
        BatchSize = spec.Training.BatchSize,
        LearningRate = spec.Optimizer.LearningRate,
        CreatedAt = at,
    };

    private static async Task<Run> AddRunAsync(LabDbContext db, DatasetVersion version, Split split, int i, DateTimeOffset at, Random random)
    {
        var recipe = Recipes.All[i % Recipes.All.Count];
        var data = new DataSpec { DatasetVersionId = version.Id, SplitId = split.Id, DatasetHash = version.ContentHash, SplitHash = split.Hash };
        var spec = recipe.CreateSpec(data, 2, seed: 42 + i);
        var status = (i % 10) switch { 0 => RunStatus.Training, 1 or 2 => RunStatus.Queued, 3 => RunStatus.Failed, 4 => RunStatus.Canceled, _ => RunStatus.Succeeded };
        var epochs = status switch { RunStatus.Queued => 0, RunStatus.Training => 12, RunStatus.Failed => 3, _ => spec.Training.Epochs };
        var run = new Run
        {
            Experiment = ExperimentOf(spec, at),
            Name = $"{recipe.Title}, seed {42 + i}",
            Status = status,
            CreatedAt = at,
            QueuedAt = at,
            CreatedById = db.Users.Select(u => (long?)u.Id).FirstOrDefault(),
            Ticket = $"ticket-{i}",
            TicketAt = at,
            Attempt = 1,
            WorkerName = epochs > 0 ? "lab-1" : null,
            WorkerSession = epochs > 0 ? "s" : null,
            Device = epochs > 0 ? "CPU, 4 cores" : null,
            StartedAt = epochs > 0 ? at : null,
            FinishedAt = status.IsFinished() ? at.AddMinutes(9) : null,
            LastEpoch = epochs,
            Reason = status == RunStatus.Failed
                ? "The loss became NaN in epoch 4, batch 17, at learning rate 0.01. The checkpoint of epoch 3 is kept; try a smaller learning rate."
                : "",
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync();
        var ceiling = 0.92 + (random.NextDouble() * 0.05);
        for (var e = 1; e <= epochs; e++)
        {
            var shape = 1 - Math.Exp(-e / 4.0);
            db.Epochs.Add(new EpochRow
            {
                RunId = run.Id,
                Epoch = e,
                TrainLoss = (0.7 * Math.Exp(-e / 5.0)) + 0.08,
                ValLoss = (0.62 * Math.Exp(-e / 4.0)) + 0.14 + (random.NextDouble() * 0.02) + (e > 15 ? 0.004 * (e - 15) : 0),
                TrainAccuracy = 0.5 + (0.48 * shape),
                ValAccuracy = 0.5 + ((ceiling - 0.5) * shape) - (random.NextDouble() * 0.01),
                LearningRate = e < 12 ? 0.001 : 0.0005,
                Seconds = 8 + random.NextDouble(),
                ImagesPerSecond = 540,
                At = at.AddSeconds(9 * e),
            });
        }
        db.RunEvents.AddRange(
            new RunEvent { RunId = run.Id, At = at, To = RunStatus.Draft, Actor = "Ada" },
            new RunEvent { RunId = run.Id, At = at, From = RunStatus.Draft, To = RunStatus.Queued, Actor = "Ada" });
        if (status.IsActive()) db.RunProgress.Add(new RunProgressRow
        {
            RunId = run.Id,
            At = at,
            Stage = "Training",
            Epoch = 13,
            Epochs = spec.Training.Epochs,
            Step = 74,
            Steps = 139,
            Loss = 0.1532,
            Accuracy = 0.9451,
            ImagesPerSecond = 538,
            SecondsLeft = 165,
        });
        if (epochs > 0) run.BestEpoch = Math.Min(epochs, 14);
        if (status == RunStatus.Succeeded) Score(db, run, version, split, ceiling, random);
        await db.SaveChangesAsync();
        return run;
    }

    private static void Score(LabDbContext db, Run run, DatasetVersion version, Split split, double ceiling, Random random)
    {
        var truth = Enumerable.Range(0, split.TestCount).Select(i => i % 2).ToArray();
        var probabilities = truth.SelectMany(t =>
        {
            var right = random.NextDouble() < ceiling;
            var p = (float)(0.5 + (0.5 * Math.Sqrt(random.NextDouble())));
            var parasitized = (t == 0) == right ? p : 1 - p;
            return new[] { parasitized, 1 - parasitized };
        }).ToArray();
        var predictions = new Predictions { Labels = version.ClassNames, Truth = truth, Probabilities = probabilities };
        var report = Evaluator.Evaluate(predictions, version.PositiveClass);
        db.PredictionSets.Add(new PredictionSet
        {
            RunId = run.Id,
            DatasetVersionId = version.Id,
            Scope = PredictionScope.Test,
            SetHash = split.TestSetHash,
            Count = truth.Length,
            Blob = PredictionBlob.Write(predictions),
            At = run.CreatedAt,
        });
        db.Evaluations.Add(new EvaluationRow
        {
            RunId = run.Id,
            DatasetVersionId = version.Id,
            Scope = PredictionScope.Test,
            SetHash = split.TestSetHash,
            ReportJson = JsonSerializer.Serialize(report, JsonSerializerOptions.Web),
            At = run.CreatedAt,
        });
        (run.TestCount, run.Accuracy, run.Sensitivity, run.Specificity, run.F1, run.Auc, run.LogLoss, run.TestSetHash) =
            (report.N, report.Accuracy, report.Sensitivity, report.Specificity, report.F1, report.Auc, report.LogLoss, split.TestSetHash);
        (run.BestValAccuracy, run.TrainSeconds) = (ceiling, 270 + (40 * random.NextDouble()));
    }
}
