using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Core.Runs;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Tests.Support;
using Xunit;
using static MalariaLab.Training.Tests.Support.Outcomes;

namespace MalariaLab.Training.Tests.Trainer;

public sealed class TrainerTests : IDisposable
{
    private static readonly AugmentationSpec Augmentation = new() { RotationDegrees = 20, Zoom = 0.2, FlipHorizontal = true };
    private readonly Runs _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Run_LeNet_LearnsDotsAndScoresEveryPart()
    {
        var spec = Runs.LeNet() with
        {
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Adam, LearningRate = 0.003 },
            Training = new TrainingSpec { Epochs = 8, BatchSize = 16 },
        };
        var data = new SyntheticCells(200, 32);
        var listener = new Listener();

        var outcome = Run(spec, data, listener);

        Assert.Equal([TrainingStage.Preparing, TrainingStage.Training, TrainingStage.Evaluating], listener.Stages);
        Assert.Equal(Enumerable.Range(1, 8), outcome.Epochs.Select(e => e.Epoch));
        Assert.Equal(listener.Epochs, outcome.Epochs);
        Assert.True(outcome.Epochs[^1].TrainLoss < 0.5 * outcome.Epochs[0].TrainLoss, "The loss has to fall.");
        var test = outcome.Scores.Single(s => s.Part == SplitPart.Test);
        Assert.Equal(data.Indices(SplitPart.Test), test.Indices);
        var right = test.Indices.Where((index, i) => test.Probabilities[2 * i + data.Label(index)] > 0.5f).Count();
        Assert.True(right >= 0.9 * test.Indices.Count, $"Only {right} of {test.Indices.Count} right.");
        Assert.All(Enumerable.Range(0, test.Indices.Count), i => Assert.Equal(1f, test.Probabilities[2 * i] + test.Probabilities[2 * i + 1], 1e-5f));
        Assert.True(File.Exists(outcome.WeightsFile));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ResumedAfterTwoEpochs_IsBitIdenticalToUndisturbed(bool everything)
    {
        var spec = Runs.LeNet() with { Augmentation = Augmentation };
        if (everything)
            spec = spec with
            {
                Optimizer = new OptimizerSpec { Kind = OptimizerKind.AmsGrad, LearningRate = 0.002, WeightDecay = 1e-3 },
                Schedule = new ScheduleSpec { Kind = ScheduleKind.Plateau, Patience = 1, MinDelta = 1 },
                Loss = new LossSpec { LabelSmoothing = 0.05, ClassWeighting = ClassWeighting.Balanced },
                EarlyStopping = new EarlyStoppingSpec { Patience = 10 },
                Training = spec.Training with { AccumulationSteps = 2, GradientClipNorm = 0.5, WeightEmaDecay = 0.9 },
            };
        var data = new SyntheticCells(100, 32);

        var undisturbed = Run(spec, data, new Listener(), "undisturbed");
        var stopping = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(spec, data, new Listener { AfterEpoch = e => Stop(e, 2, stopping) }, "resumed", token: stopping.Token));
        var listener = new Listener();
        var resumed = Run(spec, data, listener, "resumed");

        Assert.Contains(listener.Log, line => line.Contains("epoch 2", StringComparison.Ordinal));
        AssertSame(undisturbed, resumed);
        Assert.Equal(resumed.Epochs.Select(Timeless), listener.Epochs.Select(Timeless));
    }

    [Theory]
    [InlineData("lenet")]
    [InlineData("cellnet")]
    public void Run_OtherThreadCounts_GiveTheSameBits(string key)
    {
        var spec = Runs.LeNet() with
        {
            Architecture = new ArchitectureSpec { Key = key, Size = 32 },
            Augmentation = Augmentation,
            Training = new TrainingSpec { Epochs = 2, BatchSize = 10 },
        };
        var data = new SyntheticCells(60, 32);

        AssertSame(Run(spec, data, new Listener(), "one", threads: 1), Run(spec, data, new Listener(), "three", threads: 3));
    }

    [Fact]
    public void Run_CancelledInAnEpoch_EndsWithinABatchAndKeepsTheCheckpoint()
    {
        var cancel = new CancellationTokenSource();
        var reads = 0;
        var data = new SyntheticCells(100, 32) { OnRead = _ => { if (Interlocked.Increment(ref reads) == 110) cancel.Cancel(); } };
        var listener = new Listener();

        Assert.Throws<OperationCanceledException>(() => Run(Runs.LeNet(), data, listener, token: cancel.Token));

        // 60 training and 20 validation images an epoch: image 110 is in the third batch of the second epoch.
        Assert.Single(listener.Epochs);
        Assert.InRange(reads, 110, 120);
        Assert.True(File.Exists(Path.Combine(_runs.Folder("run"), "state-00001.json")));
    }

    [Fact]
    public void Run_LossNotFinite_FailsWithEpochBatchAndRateAndKeepsTheCheckpoint()
    {
        var spec = Runs.LeNet() with
        {
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Sgd, LearningRate = 1e-3 },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Step, StepEpochs = 1, Factor = 1e30 },
        };

        var failure = Assert.Throws<TrainingFailedException>(() => Run(spec, new SyntheticCells(100, 32), new Listener()));

        Assert.Equal(2, failure.Epoch);
        Assert.InRange(failure.Batch, 2, 6);
        Assert.Equal(1e27, failure.LearningRate, 1e15);
        Assert.Contains("The checkpoint of epoch 1 is kept", failure.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_runs.Folder("run"), "state-00001.json")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_LastUpdateOfAnEpochCarriesTheWeightsAway_FailsWithASentence(bool withoutValidation)
    {
        // One batch an epoch: its loss is that of the start, and only the images that are scored afterwards see what the update did.
        var spec = Runs.LeNet() with
        {
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Sgd, LearningRate = 1e38 },
            Training = new TrainingSpec { Epochs = 1, BatchSize = 60 },
        };

        var failure = Assert.Throws<TrainingFailedException>(() => Run(spec, new SyntheticCells(100, 32) { WithoutValidation = withoutValidation }, new Listener()));

        Assert.Equal(1, failure.Epoch);
        Assert.Contains("After epoch 1 the network gives no numbers any more", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AShardOfABatchThatMeetsFails_SaysWhyAndNotThatAnotherFailed()
    {
        var reads = 0;
        var data = new SyntheticCells(40, 32) { OnRead = _ => { if (Interlocked.Increment(ref reads) == 1) throw new InvalidDataException("the first image"); } };
        var spec = Runs.LeNet() with { Architecture = new ArchitectureSpec { Key = "cellnet", Size = 32 }, Training = new TrainingSpec { Epochs = 1, BatchSize = 8 } };

        Assert.Equal("the first image", Assert.Throws<InvalidDataException>(() => Run(spec, data, new Listener())).Message);
    }

    [Fact]
    public void Run_EarlyStoppingRestoresBest_ScoresTheBestEpoch()
    {
        var spec = Runs.LeNet() with
        {
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Adam, LearningRate = 0.05 },
            EarlyStopping = new EarlyStoppingSpec { Patience = 2 },
            Training = new TrainingSpec { Epochs = 30, BatchSize = 10 },
        };

        var outcome = Run(spec, new SyntheticCells(60, 32), new Listener());

        var best = outcome.Epochs.MinBy(e => e.ValLoss)!;
        Assert.True(outcome.StoppedEarly);
        Assert.Equal(best.Epoch + 2, outcome.Epochs.Count);
        Assert.Equal(best.Epoch, outcome.WeightsEpoch);
        Assert.Equal(best.ValLoss!.Value, outcome.Scores.Single(s => s.Part == SplitPart.Validation).Loss, 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_EarlyStoppingThatCountsNoSmallImprovement_DecidesTheEpochOnlyWhereItRestoresTheBest(bool restores)
    {
        var spec = Runs.LeNet() with
        {
            EarlyStopping = new EarlyStoppingSpec { Patience = 10, MinDelta = 10, RestoreBest = restores },
            Training = new TrainingSpec { Epochs = 4, BatchSize = 10, UseBestEpoch = true },
        };
        var listener = new Listener();

        var outcome = Run(spec, new SyntheticCells(60, 32), listener);

        var lowest = outcome.Epochs.MinBy(e => e.ValLoss)!.Epoch;
        Assert.NotEqual(1, lowest);
        Assert.Equal(restores ? 1 : lowest, outcome.WeightsEpoch);
        Assert.Contains($"which had the lowest validation loss{(restores ? " but for improvements of 10 or less" : "")}.", listener.Log[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_SmoothedLabelsAndClassWeights_ValidationLossIsSmoothedAndNotWeighted(bool onDevice)
    {
        const double smoothing = 0.2;
        var spec = Runs.LeNet() with
        {
            Loss = new LossSpec { LabelSmoothing = smoothing, ClassWeighting = ClassWeighting.Given, ClassWeights = [1, 5] },
            Training = new TrainingSpec { Epochs = 1, BatchSize = 10 },
        };
        var data = new SyntheticCells(100, 32);

        var outcome = new MalariaLab.Training.Trainer().Run(_runs.Request(spec, data) with { TakesDeviceEngine = onDevice }, new Listener(), TestContext.Current.CancellationToken);

        var validation = outcome.Scores.Single(s => s.Part == SplitPart.Validation);
        var expected = validation.Indices.Select((index, i) => Enumerable.Range(0, 2)
            .Sum(k => -((k == data.Label(index) ? 1 - smoothing : 0) + (smoothing / 2)) * Math.Log(validation.Probabilities[(2 * i) + k]))).Average();
        Assert.Equal(expected, outcome.Epochs[0].ValLoss!.Value, 1e-5);
        Assert.Equal(expected, validation.Loss, 1e-5);
    }

    [Fact]
    public void Run_TwoBatchesAnUpdate_LearnsAsFromOneOfTwiceTheSize()
    {
        var spec = Runs.LeNet() with { Optimizer = new OptimizerSpec { Kind = OptimizerKind.Sgd, LearningRate = 0.1 }, Training = new TrainingSpec { Epochs = 2, BatchSize = 10 } };
        var data = new SyntheticCells(100, 32);

        var whole = Run(spec, data, new Listener(), "whole");
        var halves = Run(spec with { Training = spec.Training with { BatchSize = 5, AccumulationSteps = 2 } }, data, new Listener(), "halves");
        var single = Run(spec with { Training = spec.Training with { BatchSize = 5 } }, data, new Listener(), "single");

        Assert.Equal(whole.Epochs[^1].ValLoss!.Value, halves.Epochs[^1].ValLoss!.Value, 1e-5);
        Assert.NotEqual(whole.Epochs[^1].ValLoss!.Value, single.Epochs[^1].ValLoss!.Value, 1e-4);
    }

    [Fact]
    public void Run_GradientsClipped_MovesTheWeightsByNoMoreThanRateTimesNormAStep()
    {
        const double rate = 10, norm = 1e-3;
        var spec = Runs.LeNet() with
        {
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Sgd, LearningRate = rate },
            Training = new TrainingSpec { Epochs = 1, BatchSize = 60, GradientClipNorm = norm },
        };
        using var start = new NetworkWeights(new ParameterLayout(ArchitectureCatalogue.Build(spec.Architecture, 2), spec.Weights), true, torch.CPU);
        start.Initialise(spec.Training.Seed);

        var outcome = Run(spec, new SyntheticCells(100, 32), new Listener());

        using var scope = torch.NewDisposeScope();
        var saved = MalariaLab.Training.Serialization.Safetensors.Load(outcome.WeightsFile).Tensors;
        var moved = Math.Sqrt(start.Layout.Slots.Sum(slot => saved[slot.Name].sub(start.View(slot)).ToArray<float>().Sum(d => (double)d * d)));
        Assert.Equal(rate * norm, moved, 1e-5);
    }

    [Fact]
    public void Run_RateFallsByStep_IsTakenAndRecorded()
    {
        var spec = Runs.LeNet() with
        {
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Sgd, LearningRate = 0.1 },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Step, StepEpochs = 2, Factor = 1e-9 },
        };

        var outcome = Run(spec, new SyntheticCells(100, 32), new Listener());

        Assert.Equal([0.1, 0.1, 1e-10, 1e-10], outcome.Epochs.Select(e => e.LearningRate).Select(rate => Math.Round(rate, 12)));
        Assert.NotEqual(outcome.Epochs[0].ValLoss!.Value, outcome.Epochs[1].ValLoss!.Value, 1e-6);
        Assert.Equal(outcome.Epochs[2].ValLoss!.Value, outcome.Epochs[3].ValLoss!.Value, 1e-6);
    }

    [Fact]
    public void Run_WithoutValidation_TakesTheLastEpoch()
    {
        var spec = Runs.LeNet() with { Training = new TrainingSpec { Epochs = 2, BatchSize = 64, UseBestEpoch = true } };

        var outcome = Run(spec, new SyntheticCells(40, 32) { WithoutValidation = true }, new Listener());

        Assert.Equal(2, outcome.WeightsEpoch);
        Assert.All(outcome.Epochs, e => Assert.Null(e.ValLoss));
        Assert.Equal([SplitPart.Test], outcome.Scores.Select(s => s.Part));
    }

    [Fact]
    public void Run_MoreMemoryThanThereIs_FailsWithTheSizeAskedForAndASmallerBatch()
    {
        // 1.7 petabytes: more than a process can address, whatever the machine lends.
        var spec = Runs.LeNet(512) with { Training = new TrainingSpec { Epochs = 1, BatchSize = 2_000_000_000 } };

        var failure = Assert.Throws<TrainingFailedException>(() => Run(spec, new SyntheticCells(10, 512), new Listener()));

        Assert.Matches(@"Memory ran out when 15\d{5}(\.\d)? GB more were asked for\. Try a batch of 1000000000 instead of 2000000000", failure.Message);
    }

    [Fact]
    public void Run_ImagesOfAnotherSize_AreRefusedWithBothSizes() =>
        Assert.Contains("32 pixels", Assert.Throws<TrainingFailedException>(() => Run(Runs.LeNet(), new SyntheticCells(20, 24), new Listener())).Message, StringComparison.Ordinal);

    private static void Stop(EpochRecord epoch, int after, CancellationTokenSource source)
    {
        if (epoch.Epoch == after)
            source.Cancel();
    }

    private TrainingOutcome Run(ExperimentSpec spec, ITrainingData data, Listener listener, string folder = "run", int threads = 2, CancellationToken token = default) =>
        new MalariaLab.Training.Trainer().Run(_runs.Request(spec, data, folder, threads), listener, token);
}
