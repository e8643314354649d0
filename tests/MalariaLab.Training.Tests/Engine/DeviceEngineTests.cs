using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Training.Tests.Support;
using Xunit;

namespace MalariaLab.Training.Tests.Engine;

/// <summary>The engine of a GPU, run on the CPU and held against the sharded one.</summary>
public sealed class DeviceEngineTests : IDisposable
{
    private static readonly AugmentationSpec Everything = new()
    {
        RotationDegrees = 20,
        ShiftHeight = 0.1,
        ShiftWidth = 0.1,
        ShearDegrees = 5,
        Zoom = 0.2,
        FlipHorizontal = true,
        FlipVertical = true,
        QuarterTurns = true,
        Contrast = 0.2,
        Saturation = 0.2,
        Hue = 0.05,
        BlurSigma = 1,
        CutOut = 0.3,
    };

    private readonly Runs _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("lenet", OptimizerKind.Adagrad, OutputUnit.Softmax)]
    [InlineData("lenet", OptimizerKind.AmsGrad, OutputUnit.Sigmoid)]
    // Adam's division would make much of the little by which batch normalisation rounds differently.
    [InlineData("cellnet", OptimizerKind.Sgd, OutputUnit.Softmax)]
    public void Run_OnADevice_LearnsAsTheShardedEngine(string key, OptimizerKind optimizer, OutputUnit output)
    {
        var spec = Runs.LeNet() with
        {
            Architecture = new ArchitectureSpec { Key = key, Size = 32, Output = output },
            Augmentation = Everything,
            Optimizer = new OptimizerSpec { Kind = optimizer, LearningRate = 0.002, Momentum = 0.9, Nesterov = true, WeightDecay = 1e-3 },
            Loss = new LossSpec { LabelSmoothing = 0.05, ClassWeighting = ClassWeighting.Given, ClassWeights = [0.7, 1.3] },
            Training = new TrainingSpec { Epochs = 3, BatchSize = 16, AccumulationSteps = 2, GradientClipNorm = 0.5, WeightEmaDecay = 0.9 },
            Evaluation = new EvaluationSpec { TestTimeViews = 8 },
        };
        var data = new SyntheticCells(100, 32);

        var sharded = Run(spec, data, "sharded", onDevice: false);
        var device = Run(spec, data, "device", onDevice: true);

        Assert.All(sharded.Epochs.Zip(device.Epochs), pair =>
        {
            Assert.Equal(pair.First.TrainLoss, pair.Second.TrainLoss, 2e-3);
            Assert.Equal(pair.First.ValLoss!.Value, pair.Second.ValLoss!.Value, 2e-3);
        });
        Assert.Equal(sharded.Epochs[0].TrainLoss, device.Epochs[0].TrainLoss, 2e-4);
        Assert.All(sharded.Scores.Zip(device.Scores), pair => Assert.All(pair.First.Probabilities.Zip(pair.Second.Probabilities), p => Assert.Equal(p.First, p.Second, 5e-3f)));
    }

    [Fact]
    public void Run_BFloat16OnADevice_LearnsNearlyAsFloat32()
    {
        var spec = Runs.LeNet() with
        {
            Architecture = new ArchitectureSpec { Key = "cellnet", Size = 32 },
            Training = new TrainingSpec { Epochs = 2, BatchSize = 16, Precision = Precision.BFloat16 },
        };
        var data = new SyntheticCells(60, 32);

        var half = Run(spec, data, "half", onDevice: true);
        var single = Run(spec with { Training = spec.Training with { Precision = Precision.Float32 } }, data, "single", onDevice: true);

        Assert.NotEqual(single.Epochs[^1].TrainLoss, half.Epochs[^1].TrainLoss);
        Assert.Equal(single.Epochs[^1].TrainLoss, half.Epochs[^1].TrainLoss, 0.1);
    }

    [Fact]
    public void Run_FrozenBackboneOnADevice_LearnsFromTheCachedFeaturesAsTheShardedEngine()
    {
        var spec = Runs.LeNet() with { Weights = new WeightsSpec { Freeze = FreezeMode.Backbone } };
        var data = new SyntheticCells(60, 32);

        var sharded = Run(spec, data, "sharded", onDevice: false);
        var device = Run(spec, data, "device", onDevice: true);

        Assert.Equal(sharded.Epochs.Select(e => Math.Round(e.TrainLoss, 3)), device.Epochs.Select(e => Math.Round(e.TrainLoss, 3)));
    }

    [Fact]
    public void Run_GoingOnOnTheOtherEngine_TakesItsCheckpoint()
    {
        var spec = Runs.LeNet() with { Optimizer = new OptimizerSpec { Kind = OptimizerKind.Adam, LearningRate = 1e-3 } };
        var data = new SyntheticCells(60, 32);
        var whole = Run(spec, data, "whole", onDevice: false);
        using var stop = new CancellationTokenSource();
        var listener = new Listener { AfterEpoch = e => { if (e.Epoch == 2) stop.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() => new MalariaLab.Training.Trainer().Run(Request(spec, data, "moved", onDevice: false), listener, stop.Token));

        var moved = Run(spec, data, "moved", onDevice: true);

        Assert.Equal(whole.Epochs[1] with { Seconds = 0, ImagesPerSecond = 0 }, moved.Epochs[1] with { Seconds = 0, ImagesPerSecond = 0 });
        Assert.Equal(whole.Epochs[^1].TrainLoss, moved.Epochs[^1].TrainLoss, 1e-3);
    }

    [Fact]
    public void Run_LossNotFiniteOnADevice_FailsWithEpochBatchAndRate()
    {
        var spec = Runs.LeNet() with { Optimizer = new OptimizerSpec { Kind = OptimizerKind.Sgd, LearningRate = 1e20 } };

        var failure = Assert.Throws<TrainingFailedException>(() => Run(spec, new SyntheticCells(60, 32), "run", onDevice: true));

        Assert.Contains("by batch", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, failure.Epoch);
    }

    [Fact]
    public void Run_OnADeviceThatIsNotThere_IsRefusedWithTheNamesOfThoseThatAre()
    {
        var request = _runs.Request(Runs.LeNet(), new SyntheticCells(20, 32)) with { Device = "cuda:7" };

        var failure = Assert.Throws<TrainingFailedException>(() => new MalariaLab.Training.Trainer().Run(request, new Listener(), TestContext.Current.CancellationToken));

        Assert.Contains("\"cuda:7\"", failure.Message, StringComparison.Ordinal);
        Assert.Contains("cpu", failure.Message, StringComparison.Ordinal);
    }

    private TrainingOutcome Run(ExperimentSpec spec, ITrainingData data, string folder, bool onDevice) =>
        new MalariaLab.Training.Trainer().Run(Request(spec, data, folder, onDevice), new Listener(), TestContext.Current.CancellationToken);

    private TrainingRequest Request(ExperimentSpec spec, ITrainingData data, string folder, bool onDevice) =>
        _runs.Request(spec, data, folder) with { TakesDeviceEngine = onDevice };
}
