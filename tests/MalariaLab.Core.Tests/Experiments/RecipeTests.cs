using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments;

public sealed class RecipeTests
{
    // Total and trainable parameters as published.
    [Theory]
    [InlineData("lenet", 467026, 467026)]
    [InlineData("basic-cnn", 15102529, 15102529)]
    [InlineData("vgg19-frozen", 22647361, 2622977)]
    [InlineData("vgg19-finetuned", 22647361, 20321793)]
    [InlineData("resnet50v2", 23827330, 23781890)]
    [InlineData("pneumonia-cnn", 67117633, 67117633)]
    public void CreateSpec_OfPublishedRecipe_HasItsParameters(string key, long total, long trainable)
    {
        var spec = Samples.Spec(key);
        var count = ArchitectureCatalogue.Build(spec.Architecture, classes: 2).Count(spec.Weights);
        Assert.Equal((total, trainable), (count.Total, count.Trainable));
    }

    [Fact]
    public void All_InOrder_HoldsTheNineKeys()
    {
        Assert.Equal(
            ["lenet", "basic-cnn", "vgg19-frozen", "vgg19-finetuned", "resnet50v2", "pneumonia-cnn", "pneumonia-cnn-deep", "squeezenet", "cellnet"],
            Recipes.All.Select(r => r.Key));
        Assert.All(Recipes.All, r => Assert.Equal(100, r.Split.TrainPercent + r.Split.ValidationPercent + r.Split.TestPercent));
    }

    [Fact]
    public void CreateSpec_ForThreeClasses_TakesSoftmaxEpochsAndSeed()
    {
        var spec = Recipes.Get("basic-cnn").CreateSpec(Samples.Data, classes: 3, epochs: 4, seed: 9);
        Assert.Equal(OutputUnit.Softmax, spec.Architecture.Output);
        Assert.Equal((4, 9L), (spec.Training.Epochs, spec.Training.Seed));
        Assert.Equal(OutputUnit.Sigmoid, Samples.Spec("basic-cnn").Architecture.Output);
    }

    [Fact]
    public void Get_UnknownKey_ListsTheKnown() => Assert.Contains("vgg19-frozen", Assert.Throws<SpecException>(() => Recipes.Get("vgg16")).Message);
}
