using MalariaLab.Core.Experiments;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Editing;

public sealed class SpecEditTests
{
    [Fact]
    public void Apply_EveryKindOfValue_ChangesTheSpec()
    {
        var spec = Samples.Spec();
        var edited = SpecEdit.Apply(spec,
        [
            "optimizer.learningRate=1e-3", "training.batchSize = 64", "training.seed=-5", "augmentation.flipHorizontal=FALSE", "architecture.headUnits=[32, 16]",
            "loss.classWeights=1,2.5", "optimizer.kind=amsgrad", "architecture.dropout=none", "earlyStopping.patience=3", "weights.trainableFrom=conv2",
        ]);
        Assert.Equal(
            spec with
            {
                Optimizer = spec.Optimizer with { LearningRate = 1e-3, Kind = OptimizerKind.AmsGrad },
                Training = spec.Training with { BatchSize = 64, Seed = -5 },
                Augmentation = spec.Augmentation with { FlipHorizontal = false },
                Architecture = spec.Architecture with { HeadUnits = [32, 16], Dropout = null },
                Loss = spec.Loss with { ClassWeights = [1, 2.5] },
                EarlyStopping = new() { Patience = 3 },
                Weights = spec.Weights with { TrainableFrom = "conv2" },
            },
            edited);
        Assert.Null(SpecEdit.Set(edited, "earlyStopping", "none").EarlyStopping);
    }

    [Theory]
    [InlineData("learningRate=1", "optimizer.learningRate")]
    [InlineData("optimiser.learningrate=1", "optimizer.learningRate")]
    [InlineData("batch_size=1", "training.batchSize")]
    public void Apply_UnknownKey_SuggestsTheNearest(string assignment, string nearest)
    {
        var error = Assert.Throws<SpecException>(() => SpecEdit.Apply(Samples.Spec(), [assignment]));
        Assert.Contains(nearest, error.Message[..error.Message.IndexOf("All settings", StringComparison.Ordinal)]);
        Assert.Contains("augmentation.cutOut", error.Message);
    }

    [Theory]
    [InlineData("training.epochs=2.5", "a whole number")]
    [InlineData("optimizer.learningRate=fast", "a number")]
    [InlineData("optimizer.learningRate=NaN", "a number")]
    [InlineData("optimizer.learningRate=0,001", "a number with a point, such as 0.001, not \"0,001\"")]
    [InlineData("optimizer.kind=lion", "sgd, adagrad, rmsProp, adam, amsGrad, adamW")]
    [InlineData("augmentation.flipVertical=1", "true, false")]
    [InlineData("architecture.headUnits=64,x", "whole numbers")]
    [InlineData("architecture.output=relu", "softmax, sigmoid or none")]
    [InlineData("data.splitId=4", "choose")]
    [InlineData("recipe=vgg", "choose")]
    [InlineData("earlyStopping=true", "earlyStopping.patience")]
    [InlineData("training.epochs", "path=value")]
    public void Apply_UnfitValue_SaysWhatWouldDo(string assignment, string expected) =>
        Assert.Contains(expected, Assert.Throws<SpecException>(() => SpecEdit.Apply(Samples.Spec(), [assignment])).Message);

    [Theory]
    [InlineData("optimizer.momentum=0.9", "optimizer.momentum=0.9 has no effect beside the other settings: it counts as 0.")]
    [InlineData("weights.runId=7", "weights.runId=7 has no effect beside the other settings: it counts as none.")]
    [InlineData("loss.classWeights=1,3", "loss.classWeights=[1,3] has no effect beside the other settings: it counts as none.")]
    [InlineData("Weights.TrainableFrom=conv2", "weights.trainableFrom=conv2 has no effect beside the other settings: it counts as none.")]
    [InlineData("earlyStopping.patience=3;training.useBestEpoch=false", "training.useBestEpoch=false has no effect beside the other settings: it counts as true.")]
    [InlineData("optimizer.kind=sgd;optimizer.momentum=0.9;optimizer.nesterov=true;weights.runId=none", null)]
    [InlineData("architecture.headUnits=none", "architecture.headUnits=none has no effect beside the other settings: it counts as [64].")]
    [InlineData("architecture.dropout=none", "architecture.dropout=none has no effect beside the other settings: it counts as 0.5.")]
    public void WithoutEffect_OfASetting_SaysWhatItCountsAs(string settings, string? warning)
    {
        var assignments = settings.Split(';');

        var found = SpecEdit.WithoutEffect(SpecEdit.Apply(Samples.Spec(), assignments), [.. assignments.Select(a => a[..a.IndexOf('=', StringComparison.Ordinal)])]);

        Assert.Equal(warning is null ? [] : [warning], found.Select(i => i.Message));
    }

    [Fact]
    public void Set_EveryEditableField_ToItsOwnText_LeavesTheSpec()
    {
        var spec = Samples.Spec("pneumonia-cnn-deep");
        var values = SpecDiff.Values(spec).Where(v => SpecField.All.Single(f => f.Path == v.Path).IsEditable).ToList();
        Assert.True(values.Count > 50);
        Assert.Equal(spec, values.Aggregate(spec, (s, v) => SpecEdit.Set(s, v.Path, v.Value)));
    }
}
