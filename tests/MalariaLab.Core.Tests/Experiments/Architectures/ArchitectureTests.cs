using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Architectures;

public sealed class ArchitectureTests
{
    public static TheoryData<string> Keys => [.. ArchitectureCatalogue.All.Select(a => a.Key)];

    [Theory, MemberData(nameof(Keys))]
    public void Build_ForTwentyGreyClasses_EndsInTwentySoftmaxLogits(string key)
    {
        var spec = ArchitectureCatalogue.Find(key)!.Defaults with { Channels = 1 };
        var graph = ArchitectureCatalogue.Build(spec, classes: 20);
        Assert.Equal(OutputUnit.Softmax, graph.Output.Unit);
        Assert.Equal(LayerShape.Vector(20), graph.Layers[^1].Shape);
        Assert.Equal(1, graph.Image.Channels);
    }

    [Theory, MemberData(nameof(Keys))]
    public void Build_Anywhere_PutsInputsBeforeTheirUsersAndFreezesByBlock(string key)
    {
        var graph = ArchitectureCatalogue.Build(ArchitectureCatalogue.Find(key)!.Defaults, classes: 2);
        var seen = new HashSet<string>();
        foreach (var layer in graph.Layers)
        {
            Assert.All(layer.Inputs, i => Assert.Contains(i, seen));
            Assert.True(seen.Add(layer.Name));
        }
        foreach (var block in graph.Blocks)
        {
            var weights = new WeightsSpec { Freeze = FreezeMode.Before, TrainableFrom = block };
            Assert.All(graph.Layers.Where(l => l.Block == block || l.IsHead), l => Assert.False(graph.IsFrozen(l, weights)));
        }
        Assert.Equal(0, graph.Count(new() { Freeze = FreezeMode.Before, TrainableFrom = graph.Blocks[0] }).NonTrainable - graph.Count(new()).NonTrainable);
    }

    [Fact]
    public void CellNet_AtItsOwnSize_StaysWithinItsBudget()
    {
        var graph = ArchitectureCatalogue.Build(CellNet.Figure.Defaults, classes: 2);
        Assert.InRange(graph.Count(new()).Total, 100_000, 999_999);
        Assert.InRange(graph.ForwardMacs, 40_000_000, 100_000_000);
        Assert.Equal(["stage1", "stage2", "stage3", "stage4"], graph.Blocks);
    }

    // Multiply-adds and training work as counted by hand for the four published networks.
    [Theory]
    [InlineData("lenet", 0.0129, 0.077)]
    [InlineData("basic-cnn", 0.170, 1.02)]
    [InlineData("resnet50v2", 1.137, 6.82)]
    public void Cost_OfPublishedNetwork_EqualsPublishedFigure(string key, double gigaMacs, double trainingGigaFlops)
    {
        var graph = ArchitectureCatalogue.Build(ArchitectureCatalogue.Find(key)!.Defaults, classes: 2);
        Assert.Equal(gigaMacs, graph.ForwardMacs / 1e9, gigaMacs * 0.005);
        Assert.Equal(trainingGigaFlops, graph.TrainingFlops(new()) / 1e9, trainingGigaFlops * 0.01);
    }

    [Fact]
    public void TrainingFlops_OfPartlyFrozenVgg_CountsTheFrozenPartForwardOnly()
    {
        var graph = ArchitectureCatalogue.Build(Vgg19.Figure.Defaults, classes: 2);
        Assert.Equal(20.8, graph.TrainingFlops(new() { Freeze = FreezeMode.Before, TrainableFrom = "block4" }) / 1e9, 0.1);
        Assert.Equal(11.5, graph.TrainingFlops(new() { Freeze = FreezeMode.Backbone }) / 1e9, 0.1);
    }

    [Fact]
    public void ActivationBytes_OfFrozenBackbone_CountsTheHeadOnly()
    {
        var graph = ArchitectureCatalogue.Build(LeNet.Figure.Defaults, classes: 2);
        Assert.Equal(4 * (7200 + 64 + 64 + 2), graph.ActivationBytes(new() { Freeze = FreezeMode.Backbone }));
    }

    [Theory]
    [InlineData("resnet50v2", 96, "avg_pool")]
    [InlineData("squeezenet", 16, "pool5")]
    public void Build_ImageSmallerThanThePools_NamesTheFieldAndTheLayer(string key, int size, string layer)
    {
        var error = Assert.Throws<SpecException>(() => ArchitectureCatalogue.Build(new() { Key = key, Size = size }, classes: 2));
        Assert.Equal("architecture.size", error.Field);
        Assert.Contains(layer, error.Message);
        Assert.Contains("larger image", error.Message);
    }

    [Fact]
    public void Build_UnknownKey_ListsTheKnown()
    {
        var error = Assert.Throws<SpecException>(() => ArchitectureCatalogue.Build(new() { Key = "alexnet", Size = 128 }, classes: 2));
        Assert.Equal("architecture.key", error.Field);
        Assert.Contains("resnet50v2", error.Message);
    }

    [Fact]
    public void Build_SigmoidForThreeClasses_IsRefused()
    {
        var spec = LeNet.Figure.Defaults with { Output = OutputUnit.Sigmoid };
        Assert.Equal("architecture.output", Assert.Throws<SpecException>(() => ArchitectureCatalogue.Build(spec, classes: 3)).Field);
        Assert.Equal(1, ArchitectureCatalogue.Build(spec, classes: 2).Output.Units);
    }

    [Fact]
    public void IsFrozen_UnknownBlock_ListsTheBlocks()
    {
        var graph = ArchitectureCatalogue.Build(Vgg19.Figure.Defaults, classes: 2);
        var error = Assert.Throws<SpecException>(() => graph.Count(new() { Freeze = FreezeMode.Before, TrainableFrom = "block9" }));
        Assert.Equal("weights.trainableFrom", error.Field);
        Assert.Contains("block1, block2, block3, block4, block5", error.Message);
    }

    [Fact]
    public void Build_OwnHead_ReplacesUnitsAndDropout()
    {
        var graph = ArchitectureCatalogue.Build(LeNet.Figure.Defaults with { HeadUnits = [32, 16], Dropout = 0 }, classes: 2);
        Assert.Equal(["flatten", "dense1", "dense2", "output"], graph.Layers.Where(l => l.IsHead).Select(l => l.Name));
        Assert.Equal("pool3", graph.Features.Name);
    }
}
