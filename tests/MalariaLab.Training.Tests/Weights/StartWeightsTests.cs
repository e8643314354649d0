using MalariaLab.Core.Experiments;
using MalariaLab.Torch;
using MalariaLab.Training.Scoring;
using MalariaLab.Training.Serialization;
using MalariaLab.Training.Tests.Support;
using MalariaLab.Training.Weights;
using Xunit;

namespace MalariaLab.Training.Tests.Weights;

public sealed class StartWeightsTests : IDisposable
{
    private readonly Runs _runs = new();
    private readonly TrainingOutcome _first;

    public StartWeightsTests() => _first = Run(Runs.LeNet(), new SyntheticCells(60, 32), "first");

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Run_FromRunOfSameClassesWithFrozenBackbone_TakesHeadTooAndKeepsBackboneBits()
    {
        var log = new Listener();

        var second = Run(FromFirst(FreezeMode.Backbone), new SyntheticCells(60, 32), "second", log);

        var loaded = Assert.Single(log.Log, line => line.StartsWith("Loaded 6 of 6 backbone tensors from run 1", StringComparison.Ordinal));
        Assert.Contains("the head too", loaded, StringComparison.Ordinal);
        Assert.Contains(log.Log, line => line.Contains("stay frozen as loaded, from conv1 to conv3", StringComparison.Ordinal));
        using var scope = torch.NewDisposeScope();
        var (before, after) = (Safetensors.Load(_first.WeightsFile).Tensors, Safetensors.Load(second.WeightsFile).Tensors);
        foreach (var name in before.Keys)
            Assert.Equal(name.StartsWith("conv", StringComparison.Ordinal), Values(before[name]).SequenceEqual(Values(after[name])));
    }

    [Theory]
    [InlineData("lenet")]
    [InlineData("pneumonia-cnn")] // Nothing of its head would fit either; the classes say more.
    public void Run_FromRunOfOtherClasses_StartsWithARandomHead(string head)
    {
        var log = new Listener();

        Run(FromFirst(FreezeMode.None) with { Architecture = new() { Key = head, Backbone = "lenet", Size = 32 } }, new SyntheticCells(90, 32, classes: 3), "second", log);

        Assert.Contains(log.Log, line => line.Contains("Loaded 6 of 6 backbone tensors", StringComparison.Ordinal)
            && line.Contains("the head starts random, for the file's tells class0, class1 apart and this training class0, class1, class2", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_FromRunOfAnotherInputSize_TakesTheBackboneAndNamesTheDenseLayerThatDiffers()
    {
        var log = new Listener();

        Run(FromFirst(FreezeMode.None, size: 40), new SyntheticCells(60, 40), "second", log);

        Assert.Contains(log.Log, line => line.Contains("the head starts random, for its dense1.weight has shape", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_FromRunOnRgbForGreyImages_SumsTheFirstKernels()
    {
        var log = new Listener();
        var spec = FromFirst(FreezeMode.Backbone);

        var second = Run(spec with { Architecture = spec.Architecture with { Channels = 1 } }, new SyntheticCells(60, 32, channels: 1), "second", log);

        Assert.Contains(log.Log, line => line.Contains("its first convolution for 3 channels was turned into one for 1", StringComparison.Ordinal));
        using var scope = torch.NewDisposeScope();
        var (rgb, grey) = (Safetensors.Load(_first.WeightsFile).Tensors["conv1.weight"], Safetensors.Load(second.WeightsFile).Tensors["conv1.weight"]);
        Assert.True(rgb.sum([1], keepdim: true).allclose(grey));
    }

    [Fact]
    public void Run_FromRunOfAnotherArchitecture_FailsNamingTheFirstTensor()
    {
        var spec = FromFirst(FreezeMode.None) with { Architecture = new() { Key = "basic-cnn", Size = 32 } };

        var failure = Assert.Throws<WeightsException>(() => Run(spec, new SyntheticCells(60, 32), "second"));

        Assert.Contains("run 1 don't fit basic-cnn", failure.Message, StringComparison.Ordinal);
        Assert.Contains("conv1.weight has shape [8, 3, 3, 3] where the network needs", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAnotherFamilyOnTheBackboneOfARun_TakesTheBackboneUnderItsOwnHeadAndScoresAgain()
    {
        var log = new Listener();
        var spec = FromFirst(FreezeMode.Backbone) with { Architecture = new() { Key = "pneumonia-cnn", Backbone = "lenet", Size = 32, Channels = 1 } };

        var second = Run(spec, new SyntheticCells(60, 32, channels: 1), "second", log);

        var loaded = Assert.Single(log.Log, line => line.StartsWith("Loaded 6 of 6 backbone tensors from run 1", StringComparison.Ordinal));
        Assert.Contains("the head starts random", loaded, StringComparison.Ordinal);
        using var scope = torch.NewDisposeScope();
        var after = Safetensors.Load(second.WeightsFile).Tensors;
        Assert.Equal(Values(Safetensors.Load(_first.WeightsFile).Tensors["conv2.weight"]), Values(after["conv2.weight"]));
        Assert.Equal([128, 64], [after["dense1.bias"].numel(), after["dense2.bias"].numel()]);
        Assert.Equal("lenet", WeightsInspection.Of(second.WeightsFile, "weights of run 2").Architecture);
        using var scorer = ModelScorer.Load(second.WeightsFile, threads: 1);
        Assert.Equal(second.Scores[^1].Probabilities, scorer.Score(new SyntheticCells(60, 32, channels: 1), second.Scores[^1].Indices, 1, CancellationToken.None));
    }

    [Fact]
    public void Of_WeightsOfARun_FindsItsArchitecture()
    {
        var found = WeightsInspection.Of(_first.WeightsFile, "weights of run 1");

        Assert.Equal(("safetensors", "lenet", "names of this lab"), (found.Format, found.Architecture, found.Naming));
    }

    private static ExperimentSpec FromFirst(FreezeMode freeze, int size = 32)
    {
        var spec = Runs.LeNet(size);
        return spec with { Weights = new() { Source = WeightsSource.Run, RunId = 1, Freeze = freeze }, Training = spec.Training with { Epochs = 1 } };
    }

    private static float[] Values(Tensor tensor)
    {
        var values = new float[tensor.numel()];
        tensor.CopyTo<float>(values);
        return values;
    }

    private TrainingOutcome Run(ExperimentSpec spec, ITrainingData data, string folder, Listener? listener = null) => new MalariaLab.Training.Trainer().Run(
        _runs.Request(spec, data, folder) with { StartWeightsFile = spec.Weights.Source == WeightsSource.Run ? _first.WeightsFile : null, StartWeightsName = "run 1" },
        listener ?? new Listener(), CancellationToken.None);
}
