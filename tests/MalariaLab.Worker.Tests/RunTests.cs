using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Tests;

public sealed class RunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ImportedCells_TrainsEvaluatesAndLeavesItsFiles()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(100);

        var run = await lab.FinishedRunAsync(await lab.QueueAsync(TestLab.LeNet(data, epochs: 4)));

        Assert.True(run.Status == RunStatus.Succeeded, run.Reason + worker.Output);
        await using var db = lab.Db();
        var epochs = await db.Epochs.Where(e => e.RunId == run.Id).OrderBy(e => e.Epoch).ToListAsync(Cancellation);
        Assert.Equal([1, 2, 3, 4], epochs.Select(e => e.Epoch));
        Assert.True(epochs[^1].TrainLoss < epochs[0].TrainLoss);
        var split = await db.Splits.SingleAsync(s => s.Id == data.SplitId, Cancellation);
        Assert.Equal(split.TestCount, run.TestCount);
        Assert.Equal(split.TestSetHash, run.TestSetHash);
        Assert.InRange(run.Accuracy!.Value, 0.5, 1);
        Assert.NotNull(run.Auc);
        Assert.Equal(["test", "validation"], (await db.PredictionSets.Where(p => p.RunId == run.Id).Select(p => p.Scope).ToListAsync(Cancellation)).Order());
        Assert.Equal(2, await db.Evaluations.CountAsync(e => e.RunId == run.Id, Cancellation));
        var artifacts = await db.Artifacts.Where(a => a.RunId == run.Id).ToListAsync(Cancellation);
        Assert.Equal([ArtifactKind.BestCheckpoint, ArtifactKind.LastCheckpoint, ArtifactKind.Weights], artifacts.Select(a => a.Kind).Order());
        foreach (var artifact in artifacts) Assert.Equal(artifact.Sha256, await Sha256Async(lab.Paths.Artifact(run.Id, artifact.FileName)));
        Assert.Equal(4, artifacts.Single(a => a.Kind == ArtifactKind.LastCheckpoint).Epoch);
        Assert.Equal(
            [RunStatus.Draft, RunStatus.Queued, RunStatus.Preparing, RunStatus.Training, RunStatus.Evaluating, RunStatus.Succeeded],
            await db.RunEvents.Where(e => e.RunId == run.Id).OrderBy(e => e.Id).Select(e => e.To).ToListAsync(Cancellation));
        Assert.Contains("Epoch 4:", await File.ReadAllTextAsync(lab.Paths.RunLog(run.Id), Cancellation));
        Assert.NotEqual("", run.LibTorchVersion);
    }

    [Fact]
    public async Task Run_WorkerKilledInAnEpoch_EndsWithTheSameBits()
    {
        await using var lab = await TestLab.StartAsync();
        var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(150);
        var spec = TestLab.LeNet(data, epochs: 6, size: 96);
        var undisturbed = await lab.FinishedRunAsync(await lab.QueueAsync(spec));
        Assert.True(undisturbed.Status == RunStatus.Succeeded, undisturbed.Reason);

        long disturbed;
        while (true)
        {
            disturbed = await lab.QueueAsync(spec);
            await lab.UntilRunAsync(disturbed, r => r.LastEpoch >= 2);
            await worker.KillAsync();
            if ((await lab.UntilRunAsync(disturbed, _ => true)).LastEpoch < spec.Training.Epochs) break;
            // The worker was quicker than the kill, which then proves nothing.
            worker = new(lab.Paths.Root);
        }
        await using var restarted = new WorkerProcess(lab.Paths.Root);
        var finished = await lab.FinishedRunAsync(disturbed);

        Assert.True(finished.Status == RunStatus.Succeeded, finished.Reason);
        Assert.Equal(2, finished.Attempt);
        var log = await File.ReadAllLinesAsync(lab.Paths.RunLog(disturbed), Cancellation);
        Assert.Contains(log, line => line.Contains("Going on from the checkpoint", StringComparison.Ordinal));
        Assert.Single(log, line => line.Contains("Epoch 1:", StringComparison.Ordinal));
        await using var db = lab.Db();
        Assert.True(await db.RunEvents.AnyAsync(e => e.RunId == disturbed && e.To == RunStatus.Interrupted, Cancellation));
        Assert.Equal(await BitsAsync(db, undisturbed.Id), await BitsAsync(db, disturbed));
        Assert.Equal(await WeightsAsync(db, undisturbed.Id), await WeightsAsync(db, disturbed));
        var scores = await db.PredictionSets
            .Where(p => p.Scope == PredictionScope.Test && (p.RunId == undisturbed.Id || p.RunId == disturbed))
            .Select(p => p.Blob)
            .ToListAsync(Cancellation);
        Assert.Equal(2, scores.Count);
        Assert.Equal(scores[0], scores[1]);
    }

    [Fact]
    public async Task Run_AbsurdLearningRate_FailsNamingEpochBatchAndRate()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(40);
        var run = await lab.FinishedRunAsync(await lab.QueueAsync(TestLab.LeNet(data, epochs: 3, learningRate: 1e30)));
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Matches(@"loss became .* in epoch 1, batch \d+, at learning rate 1e\+30", run.Reason);
    }

    [Fact]
    public async Task Run_Canceled_StopsAndKeepsItsCheckpoint()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(100);
        var running = await lab.QueueAsync(TestLab.LeNet(data, epochs: 5000));
        var waiting = await lab.QueueAsync(TestLab.LeNet(data, epochs: 1));
        await lab.UntilRunAsync(running, r => r.LastEpoch >= 1);

        await lab.CancelAsync(waiting);
        Assert.Equal(RunStatus.Canceled, (await lab.FinishedRunAsync(waiting)).Status);
        await lab.CancelAsync(running);
        Assert.Equal(RunStatus.Canceled, (await lab.FinishedRunAsync(running)).Status);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(lab.Paths.Run(running), "checkpoints"), "state-*.json"));
    }

    [Fact]
    public async Task Run_DamagedPixelCache_IsMadeAnew()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(40);
        var spec = TestLab.LeNet(data, epochs: 1);
        var first = await lab.FinishedRunAsync(await lab.QueueAsync(spec));
        var cache = Assert.Single(Directory.GetFiles(Path.Combine(lab.Paths.Cache, "pixels"), "*.pixels"));
        var bytes = await File.ReadAllBytesAsync(cache, Cancellation);
        bytes[bytes.Length / 2] ^= 0xFF;
        await File.WriteAllBytesAsync(cache, bytes, Cancellation);

        var second = await lab.FinishedRunAsync(await lab.QueueAsync(spec));

        Assert.Equal(RunStatus.Succeeded, second.Status);
        Assert.Equal(first.LogLoss, second.LogLoss);
        Assert.NotEqual(bytes, await File.ReadAllBytesAsync(cache, Cancellation));
    }

    private static async Task<List<string>> BitsAsync(LabDbContext db, long run) =>
        [.. (await db.Epochs.Where(e => e.RunId == run).OrderBy(e => e.Epoch).ToListAsync(Cancellation))
            .Select(e => $"{e.Epoch} {e.TrainLoss:R} {e.TrainAccuracy:R} {e.ValLoss:R} {e.ValAccuracy:R} {e.LearningRate:R}")];

    private static Task<string> WeightsAsync(LabDbContext db, long run) =>
        db.Artifacts.Where(a => a.RunId == run && a.Kind == ArtifactKind.Weights).Select(a => a.Sha256).SingleAsync(Cancellation);

    private static async Task<string> Sha256Async(string path) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path, Cancellation)));
}
