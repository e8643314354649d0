using MalariaLab.Core.Experiments;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments;

public sealed class SpecJsonTests
{
    public static TheoryData<string> Keys => [.. Recipes.All.Select(r => r.Key)];

    [Theory, MemberData(nameof(Keys))]
    public void Read_OfWrittenSpec_EqualsIt(string key)
    {
        var spec = Samples.Spec(key) with { Loss = new() { ClassWeighting = ClassWeighting.Given, ClassWeights = [1, 2.5] } };
        Assert.Equal(spec, SpecJson.Read(SpecJson.Write(spec)));
        Assert.NotEqual(spec, spec with { Loss = spec.Loss with { ClassWeights = [1, 2] } });
    }

    [Fact]
    public void Hash_OfUnusedParameters_StaysTheSame()
    {
        var spec = Samples.Spec("basic-cnn");
        var hash = SpecJson.Hash(spec);
        Assert.Equal(hash, SpecJson.Hash(spec with { Optimizer = spec.Optimizer with { Momentum = 0.9, Rho = 0.5, InitialAccumulator = 1 } }));
        Assert.Equal(hash, SpecJson.Hash(spec with { Optimizer = spec.Optimizer with { EpsilonForm = EpsilonForm.KerasInside } }));
        Assert.Equal(hash, SpecJson.Hash(spec with { Schedule = spec.Schedule with { StepEpochs = 3, RiseShare = 0.9, WarmUpEpochs = 1 } }));
        Assert.Equal(hash, SpecJson.Hash(spec with { Loss = spec.Loss with { ClassWeights = [1, 2] } }));
        Assert.Equal(hash, SpecJson.Hash(spec with { Weights = spec.Weights with { RunId = 5, TrainableFrom = "conv2" } }));
        Assert.Equal(hash, SpecJson.Hash(spec with { Augmentation = new() { AlsoValidation = true } }));
        Assert.Equal(hash, SpecJson.Hash(spec with { Architecture = spec.Architecture with { HeadUnits = [], Dropout = null } }));
        Assert.Equal(hash, SpecJson.Hash(spec with { Data = spec.Data with { SplitId = 99, DatasetVersionId = 1 } }));
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.9, 2)]
    [InlineData(OptimizerKind.Sgd, 0, 1)]
    [InlineData(OptimizerKind.Adagrad, 0, 2)]
    [InlineData(OptimizerKind.RmsProp, 0, 2)]
    [InlineData(OptimizerKind.RmsProp, 0.9, 3)]
    [InlineData(OptimizerKind.AdamW, 0, 2)]
    public void Hash_OfTheThreeForms_DiffersWhereTheyTrainDifferently(OptimizerKind kind, double momentum, int different)
    {
        var spec = Samples.Spec("basic-cnn");
        var hashes = Enum.GetValues<EpsilonForm>()
            .Select(form => new OptimizerSpec { Kind = kind, LearningRate = 0.1, Momentum = momentum, EpsilonForm = form })
            .Select(optimizer => SpecJson.Hash(spec with { Optimizer = optimizer }));
        Assert.Equal(different, hashes.Distinct().Count());
    }

    [Fact]
    public void Hash_OfUsedParameters_Changes()
    {
        var spec = Samples.Spec("basic-cnn");
        ExperimentSpec[] changed =
        [
            spec with { Optimizer = spec.Optimizer with { Beta1 = 0.8 } },
            spec with { Optimizer = spec.Optimizer with { WeightDecay = 0.1 } },
            spec with { Optimizer = new() { Kind = OptimizerKind.Sgd, LearningRate = 0.1, Momentum = 0.9 } },
            spec with { Optimizer = new() { Kind = OptimizerKind.Sgd, LearningRate = 0.1, Momentum = 0.9, EpsilonForm = EpsilonForm.PyTorch } },
            spec with { Schedule = spec.Schedule with { Cooldown = 1 } },
            spec with { Loss = spec.Loss with { ClassWeighting = ClassWeighting.Balanced } },
            spec with { Training = spec.Training with { Seed = 43 } },
            spec with { Augmentation = new() { Hue = 0.1 } },
            spec with { Data = spec.Data with { SplitHash = new('c', 64) } },
        ];
        Assert.Equal(changed.Length + 1, changed.Append(spec).Select(SpecJson.Hash).Distinct().Count());
    }
}
