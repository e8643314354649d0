using MalariaLab.Core.Experiments;
using MalariaLab.Training.Devices;
using MalariaLab.Training.Tests.Support;
using Xunit;
using static MalariaLab.Training.Tests.Support.Outcomes;

namespace MalariaLab.Training.Tests.Trainer;

/// <summary>bfloat16 on a CPU. A processor has it or not, so that one of the two always skips.</summary>
public sealed class PrecisionTests : IDisposable
{
    private readonly Runs _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Run_BFloat16OnAProcessorWithoutIt_ComputesInFloat32AndSaysSo()
    {
        Assert.SkipWhen(TorchDevices.CpuComputesInBFloat16, "This processor has bfloat16.");
        var spec = Runs.LeNet() with { Training = new TrainingSpec { Epochs = 1, BatchSize = 10 } };
        var data = new SyntheticCells(20, 32);
        var listener = new Listener();

        var half = Run(spec with { Training = spec.Training with { Precision = Precision.BFloat16 } }, data, listener, "half");

        Assert.Contains(listener.Log, line => line.Contains("computes in float32", StringComparison.Ordinal));
        Assert.Equal(Run(spec, data, new Listener(), "single").Epochs.Select(Timeless), half.Epochs.Select(Timeless));
    }

    [Theory]
    [InlineData("lenet", 32, FreezeMode.None)]
    [InlineData("cellnet", 32, FreezeMode.None)]
    [InlineData("squeezenet", 48, FreezeMode.None)]
    [InlineData("cellnet", 32, FreezeMode.Backbone)]
    [InlineData("cellnet", 32, FreezeMode.Backbone, true)]
    public void Run_BFloat16OnAProcessorThatHasIt_LearnsNearlyAsFloat32_TheSameOnEveryThreadCount(string architecture, int size, FreezeMode freeze, bool augments = false)
    {
        Assert.SkipUnless(TorchDevices.CpuComputesInBFloat16, "This processor has no bfloat16.");
        var spec = Runs.LeNet() with
        {
            Architecture = new ArchitectureSpec { Key = architecture, Size = size },
            // Frozen layers that see the same images always are computed once, others in every epoch.
            Weights = new WeightsSpec { Freeze = freeze },
            Augmentation = augments ? new() { RotationDegrees = 20, Zoom = 0.2, FlipHorizontal = true } : new(),
            Training = new TrainingSpec { Epochs = 2, BatchSize = 16, Precision = Precision.BFloat16 },
        };
        var data = new SyntheticCells(40, size);

        var half = Run(spec, data, new Listener(), "half", threads: 1);
        var again = Run(spec, data, new Listener(), "again", threads: 4);
        var single = Run(spec with { Training = spec.Training with { Precision = Precision.Float32 } }, data, new Listener(), "single");

        AssertSame(half, again);
        Assert.NotEqual(single.Epochs[^1].TrainLoss, half.Epochs[^1].TrainLoss);
        Assert.Equal(single.Epochs[^1].TrainLoss, half.Epochs[^1].TrainLoss, 0.1);
    }

    private TrainingOutcome Run(ExperimentSpec spec, ITrainingData data, Listener listener, string folder, int threads = 2) =>
        new MalariaLab.Training.Trainer().Run(_runs.Request(spec, data, folder, threads), listener, CancellationToken.None);
}
