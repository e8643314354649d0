using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Estimates;

public sealed class EstimateTests
{
    [Fact]
    public void Time_SameNetworkInHistory_IsItsMedianPacePlusValidation()
    {
        var spec = Samples.Spec();
        MeasuredPace[] history = [new(spec, 2, 90), new(spec, 2, 100), new(spec, 2, 500), new(Samples.Spec("basic-cnn"), 2, 1)];
        var estimate = TimeEstimate.For(spec, 2, trainImages: 1000, validationImages: 300, history)!;
        Assert.True(estimate.IsSameNetwork);
        // A validation image costs a third of a training image: forward only.
        Assert.Equal(11, estimate.SecondsPerEpoch, 1e-9);
    }

    [Fact]
    public void Time_OtherNetworkInHistory_ScalesByOperations()
    {
        var (small, large) = (Samples.Spec(), Samples.Spec("basic-cnn"));
        var ratio = ArchitectureCatalogue.Build(large.Architecture, 2).TrainingFlops(new()) / (double)ArchitectureCatalogue.Build(small.Architecture, 2).TrainingFlops(new());
        var estimate = TimeEstimate.For(large, 2, 1000, 0, [new(small, 2, 100)])!;
        Assert.False(estimate.IsSameNetwork);
        Assert.Equal(10 * ratio, estimate.SecondsPerEpoch, 1e-6);
        Assert.Null(TimeEstimate.For(large, 2, 1000, 0, []));
    }

    [Fact]
    public void Time_EpochsOnCachedFeatures_SayNothingAboutOthers()
    {
        var cached = Samples.Spec("vgg19-frozen") with { Augmentation = new() };
        var augmented = cached with { Augmentation = new() { FlipHorizontal = true } };
        MeasuredPace[] history = [new(cached, 2, 2000), new(augmented, 2, 20)];
        Assert.Equal(50, TimeEstimate.For(augmented, 2, 1000, 0, history)!.SecondsPerEpoch, 1e-9);
        Assert.Equal(0.5, TimeEstimate.For(cached, 2, 1000, 0, history)!.SecondsPerEpoch, 1e-9);
        Assert.Null(TimeEstimate.For(augmented, 2, 1000, 0, history[..1]));
    }

    [Fact]
    public void Memory_OfFrozenBackbone_IsFarLessThanOfAllTrainable()
    {
        var spec = Samples.Spec("vgg19-frozen");
        var graph = ArchitectureCatalogue.Build(spec.Architecture, 2);
        var frozen = MemoryEstimate.For(spec, graph);
        var all = MemoryEstimate.For(spec with { Weights = new() }, graph);
        // 22.6 M weights and, for those that learn, gradient and RMSprop's one state.
        Assert.Equal(4 * (22_647_361 + 2 * 2_622_977), frozen.Weights);
        Assert.Equal(4 * 3 * 22_647_361L, all.Weights);
        Assert.True(all.Activations > 5 * frozen.Activations);
    }
}
