using MalariaLab.Core.Experiments;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Editing;

public sealed class SpecDiffTests
{
    [Fact]
    public void Between_TwoSpecs_ListsWhatDiffersInEffect()
    {
        var spec = Samples.Spec("basic-cnn");
        var other = spec with
        {
            Optimizer = spec.Optimizer with { LearningRate = 5e-4, Momentum = 0.9 },
            EarlyStopping = new() { RestoreBest = false },
            Data = spec.Data with { SplitId = 8 },
        };
        Assert.Equal(
        [
            new SpecChange("optimizer.learningRate", "0.001", "0.0005"),
            new SpecChange("earlyStopping.patience", "none", "5"),
            new SpecChange("earlyStopping.minDelta", "none", "0"),
            new SpecChange("earlyStopping.restoreBest", "none", "false"),
        ], SpecDiff.Between(spec, other));
        Assert.Empty(SpecDiff.Between(spec, spec));
    }
}
