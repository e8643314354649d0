using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Checkpoints;
using MalariaLab.Training.Tests.Support;
using Xunit;

namespace MalariaLab.Training.Tests.Trainer;

public sealed class WeightAverageTests : IDisposable
{
    private static readonly ExperimentSpec Spec = Runs.LeNet() with
    {
        Architecture = new() { Key = "cellnet", Size = 32 },
        Optimizer = new() { Kind = OptimizerKind.AdamW, LearningRate = 3e-3 },
        Training = new() { Epochs = 2, BatchSize = 10, WeightEmaDecay = 0.999 },
    };

    private readonly Runs _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void UpdateAverage_WeightsAndRunningStatistics_AreAveragedAlikeAndComeBackFromACheckpoint()
    {
        using var scope = torch.NewDisposeScope();
        using var weights = NewWeights();
        using var session = NewSession(weights);
        session.StartAverage();
        weights.Trainable.fill_(11);
        weights.Fixed.fill_(11);
        session.Optimizer.Steps = 90;

        session.UpdateAverage();
        session.Finish(new() { Epoch = 1, TrainLoss = 1, TrainAccuracy = 0.5, LearningRate = 0.1, Seconds = 1, ImagesPerSecond = 1 });
        using var otherWeights = NewWeights();
        using var restored = NewSession(otherWeights);
        Assert.True(restored.Restore());

        // The decay after 90 steps is (1 + 90) / (10 + 90), below the one of the spec.
        using var scored = restored.ScoredWeights();
        Assert.Equal(0.99, scored.Trainable.data<float>()[0], 1e-5);
        Assert.Equal(0.99, scored.Fixed.data<float>()[0], 1e-5);
        Assert.Equal(11, otherWeights.Fixed.data<float>()[0]);
    }

    [Fact]
    public void Run_AverageOverABatchNormNetwork_IsUsefulFromTheFirstEpochs()
    {
        var spec = Spec with { Training = Spec.Training with { Epochs = 4 } };

        var averaged = new MalariaLab.Training.Trainer().Run(_runs.Request(spec, new SyntheticCells(400, 32)), new Listener(), TestContext.Current.CancellationToken).Epochs;

        Assert.True(averaged[^1].ValAccuracy >= 0.9, $"Only {averaged[^1].ValAccuracy:0.00} right after four epochs.");
    }

    private static NetworkWeights NewWeights() => new(new(ArchitectureCatalogue.Build(Spec.Architecture, 2), Spec.Weights), channelsLast: true, torch.CPU);

    private TrainingSession NewSession(NetworkWeights weights) => new(Spec, weights, new CheckpointStore(_runs.Folder("run"), _ => { }), "test", new Dictionary<string, string>());
}
