using MalariaLab.Core.Experiments;
using MalariaLab.Torch;
using MalariaLab.Training.Tests.Support;
using Xunit;

namespace MalariaLab.Training.Tests.Trainer;

/// <summary>Counts tensors of the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests : IDisposable
{
    private readonly Runs _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("lenet", false)]
    [InlineData("cellnet", false)]
    [InlineData("lenet", true)]
    public void Run_FromEpochToEpochAndAtTheEnd_HoldsNoMoreTensors(string key, bool onDevice)
    {
        var spec = Runs.LeNet() with
        {
            Architecture = new ArchitectureSpec { Key = key, Size = 32 },
            Training = new TrainingSpec { Epochs = 6, BatchSize = 4, WeightEmaDecay = 0.9 },
        };
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        var counts = new List<long>();

        var request = _runs.Request(spec, new SyntheticCells(40, 32)) with { TakesDeviceEngine = onDevice };
        var listener = new Listener { AfterEpoch = _ => counts.Add(Tensor.TotalCount) };
        new MalariaLab.Training.Trainer().Run(request, listener, TestContext.Current.CancellationToken);

        // What earlier tests left to the finalizer may go meanwhile; nothing may come.
        Assert.All(counts, count => Assert.InRange(count, 0, counts[0]));
        Assert.InRange(Tensor.TotalCount, 0, before);
    }
}
