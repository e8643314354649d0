using MalariaLab.Core.Runs;
using MalariaLab.Training.Tests.Support;
using Xunit;

namespace MalariaLab.Training.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly Runs _runs = new();
    private readonly SyntheticCells _data = new(60, 32);

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("state-00003.json")]
    [InlineData("tensors-00003.safetensors")]
    public void Run_NewestCheckpointDamaged_GoesBackToTheOneBeforeAndSaysSo(string damaged)
    {
        var undisturbed = Run("undisturbed", stopAfter: null, out _);
        Run("run", stopAfter: 3, out _);
        var path = Path.Combine(_runs.Folder("run"), damaged);
        var bytes = File.ReadAllBytes(path);
        bytes[^9] ^= 1;
        File.WriteAllBytes(path, bytes);

        var resumed = Run("run", stopAfter: null, out var listener);

        Assert.Contains(listener.Log, line => line.Contains("state-00003.json is damaged", StringComparison.Ordinal));
        Assert.Contains(listener.Log, line => line.Contains("epoch 2", StringComparison.Ordinal));
        Assert.Equal(undisturbed!.WeightsSha256, resumed!.WeightsSha256);
    }

    [Fact]
    public void Run_CheckpointOfAnotherSpec_IsNotUsed()
    {
        Run("run", stopAfter: 2, out _);
        var other = Runs.LeNet() with { Training = Runs.LeNet().Training with { Seed = 7 } };
        var listener = new Listener();

        new MalariaLab.Training.Trainer().Run(_runs.Request(other, _data), listener, TestContext.Current.CancellationToken);

        Assert.Contains(listener.Log, line => line.Contains("another spec", StringComparison.Ordinal));
        Assert.Equal(1, listener.Epochs[0].Epoch);
        Assert.Equal(4, listener.Epochs.Count);
    }

    [Theory]
    [InlineData("state-*.json")]
    [InlineData("tensors-*.safetensors")]
    public void Run_EveryCheckpointDamaged_StartsAnewAndKeepsItsOwnCheckpoints(string damaged)
    {
        Run("run", stopAfter: 3, out _);
        foreach (var path in Directory.GetFiles(_runs.Folder("run"), damaged))
            File.AppendAllText(path, "x");

        Run("run", stopAfter: 1, out var first);
        Run("run", stopAfter: null, out var second);

        Assert.Equal(1, first.Epochs[0].Epoch);
        Assert.Contains("Going on from the checkpoint of epoch 1.", second.Log);
        Assert.Equal([1, 2, 3, 4], second.Epochs.Select(e => e.Epoch));
    }

    [Fact]
    public void Run_ManyEpochs_KeepsTwoCheckpointsTheBestAndTheWeights()
    {
        var outcome = Run("run", stopAfter: null, out _)!;

        var names = Directory.GetFiles(_runs.Folder("run")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(["state-00003.json", "state-00004.json"], names.Where(n => n!.StartsWith("state", StringComparison.Ordinal)));
        Assert.Equal(["tensors-00003.safetensors", "tensors-00004.safetensors"], names.Where(n => n!.StartsWith("tensors", StringComparison.Ordinal)));
        Assert.Contains($"best-{outcome.Epochs.MinBy(e => e.ValLoss)!.Epoch:00000}.safetensors", names);
        Assert.Contains("weights.safetensors", names);
        Assert.DoesNotContain(names, name => name!.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private TrainingOutcome? Run(string folder, int? stopAfter, out Listener listener)
    {
        using var stop = new CancellationTokenSource();
        listener = new Listener { AfterEpoch = epoch => Cancel(epoch, stopAfter, stop) };
        try
        {
            return new MalariaLab.Training.Trainer().Run(_runs.Request(Runs.LeNet(), _data, folder), listener, stop.Token);
        }
        catch (OperationCanceledException) when (stopAfter is not null)
        {
            return null;
        }
    }

    private static void Cancel(EpochRecord epoch, int? after, CancellationTokenSource stop)
    {
        if (epoch.Epoch == after)
            stop.Cancel();
    }
}
