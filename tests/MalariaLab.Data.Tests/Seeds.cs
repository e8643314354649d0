using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;

namespace MalariaLab.Data.Tests;

/// <summary>Small rows that tests need before their own subject begins.</summary>
internal static class Seeds
{
    public static readonly Actor Ana = new(null, "Ana");
    public static readonly WorkerIdentity Worker = new("w1", "s1");

    /// <summary>A ready version of four images of two patients and a split of it.</summary>
    public static async Task<(DatasetVersion Version, Split Split)> DataAsync(this TestLab lab, string name = "cells")
    {
        await using var db = lab.Db();
        var dataset = new Dataset { Name = name, CreatedAt = lab.Time.GetUtcNow() };
        var version = new DatasetVersion
        {
            Dataset = dataset,
            Number = 1,
            Status = DatasetVersionStatus.Ready,
            ClassNames = ["Parasitized", "Uninfected"],
            ClassCounts = [2, 2],
            PositiveClass = 0,
            ContentHash = new string('d', 64),
            ImageCount = 4,
            CreatedAt = lab.Time.GetUtcNow(),
        };
        var split = new Split
        {
            Version = version,
            Name = "s",
            PlanJson = "{}",
            Assignment = [0, 1, 2, 2],
            Hash = new string('5', 64),
            TestSetHash = new string('7', 64),
            TrainCount = 1,
            ValidationCount = 1,
            TestCount = 2,
            CountsJson = "{}",
            CreatedAt = lab.Time.GetUtcNow(),
        };
        db.Splits.Add(split);
        await db.SaveChangesAsync();
        return (version, split);
    }

    public static ExperimentSpec Spec(DatasetVersion version, Split split, long seed = 42, int epochs = 3) => new()
    {
        Recipe = "lenet",
        Data = new DataSpec { DatasetVersionId = version.Id, SplitId = split.Id, DatasetHash = version.ContentHash, SplitHash = split.Hash },
        Architecture = new ArchitectureSpec { Key = "lenet", Size = 128 },
        Optimizer = new OptimizerSpec { Kind = OptimizerKind.Adagrad, LearningRate = 0.01 },
        Training = new TrainingSpec { Epochs = epochs, Seed = seed },
    };

    /// <summary>A queued run and its ticket.</summary>
    public static async Task<(long Id, string Ticket)> QueuedRunAsync(this TestLab lab, string name = "run", int priority = 0)
    {
        var data = await lab.DataAsync($"cells {Guid.NewGuid():N}");
        return await lab.QueuedRunAsync(data, name, priority);
    }

    public static async Task<(long Id, string Ticket)> QueuedRunAsync(this TestLab lab, (DatasetVersion Version, Split Split) data, string name = "run", int priority = 0)
    {
        var commands = lab.Get<RunCommands>();
        var id = await commands.CreateAsync(new NewRun { Spec = Spec(data.Version, data.Split), Name = name, Priority = priority }, Ana);
        await commands.EnqueueAsync(id, Ana);
        return (id, (await lab.RunAsync(id)).Ticket);
    }

    /// <summary>A run that <see cref="Worker"/> trains.</summary>
    public static async Task<(long Id, string Ticket)> TrainingRunAsync(this TestLab lab)
    {
        var run = await lab.QueuedRunAsync();
        await lab.Get<WorkerRegistry>().StartAsync(Worker, new WorkerInfo("CPU", "{}", "v", "1.13"));
        Assert.NotNull(await lab.Get<RunExecution>().ClaimAsync(run.Id, run.Ticket, Worker));
        await lab.Get<RunExecution>().MoveAsync(run.Id, run.Ticket, RunStatus.Training);
        return run;
    }

    public static async Task<Run> RunAsync(this TestLab lab, long id)
    {
        await using var db = lab.Db();
        return await db.Runs.AsNoTracking().SingleAsync(r => r.Id == id);
    }

    public static EpochRecord Epoch(int number, double? valLoss = 0.5) => new()
    {
        Epoch = number,
        TrainLoss = 1.0 / number,
        TrainAccuracy = 0.8,
        ValLoss = valLoss,
        ValAccuracy = 0.9,
        LearningRate = 0.01,
        Seconds = 2,
        ImagesPerSecond = 100,
    };
}
