using MalariaLab.Core.Experiments;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Sweeps;

public sealed class SweepTests
{
    [Fact]
    public void Grid_TwoAxes_GivesEveryCombinationLastFastest()
    {
        var points = Sweep.Grid(Samples.Spec(), [SweepAxis.Parse("optimizer.learningRate=0.1|0.01"), SweepAxis.Parse("augmentation.flipVertical=true|false")]);
        Assert.Equal([(0.1, true), (0.1, false), (0.01, true), (0.01, false)], points.Select(p => (p.Spec.Optimizer.LearningRate, p.Spec.Augmentation.FlipVertical)));
        Assert.Equal(new SpecValue("augmentation.flipVertical", "false"), points[3].Values[1]);
    }

    [Fact]
    public void Grid_OverAFieldThatDecidesNothing_GivesOneExperiment() =>
        Assert.Single(Sweep.Grid(Samples.Spec("basic-cnn"), [SweepAxis.Parse("optimizer.momentum=0|0.5|0.9")]));

    [Fact]
    public void Random_OverRanges_IsSeededDistinctAndWithin()
    {
        SweepAxis[] axes = [SweepAxis.Parse("optimizer.learningRate=1e-5..1e-1 log"), SweepAxis.Parse("training.batchSize=16..18"), SweepAxis.Parse("optimizer.kind=adam|sgd")];
        var points = Sweep.Random(Samples.Spec(), axes, count: 40, seed: 1);
        Assert.Equal(40, points.Select(p => SpecJson.Hash(p.Spec)).Distinct().Count());
        Assert.All(points, p => Assert.InRange(p.Spec.Optimizer.LearningRate, 1e-5, 1e-1));
        Assert.Equal([16, 17, 18], points.Select(p => p.Spec.Training.BatchSize).Distinct().Order());
        // Evenly by logarithm: about half lies below the geometric middle.
        Assert.InRange(points.Count(p => p.Spec.Optimizer.LearningRate < 1e-3), 10, 30);
        Assert.Equal(points.Select(p => p.Spec), Sweep.Random(Samples.Spec(), axes, count: 40, seed: 1).Select(p => p.Spec));
    }

    [Fact]
    public void Random_FewerPointsThanAsked_EndsWithAllOfThem() =>
        Assert.Equal(3, Sweep.Random(Samples.Spec(), [SweepAxis.Parse("training.batchSize=1..3")], count: 10, seed: 1).Count);

    [Fact]
    public void Seeds_Three_CountUpFromTheSpecsOwn() =>
        Assert.Equal([42, 43, 44], Sweep.Seeds(Samples.Spec(), 3).Select(s => s.Training.Seed));

    [Theory]
    [InlineData("optimizer.learningRate=0..1 log", "above 0")]
    [InlineData("optimizer.kind=1..2", "no number")]
    [InlineData("training.batchSize=5..2", "rise")]
    [InlineData("training.batchSize", "path=a|b|c")]
    public void Parse_SenselessAxis_SaysWhy(string text, string expected) => Assert.Contains(expected, Assert.Throws<SpecException>(() => SweepAxis.Parse(text)).Message);

    [Fact]
    public void Grid_TooManyPoints_IsRefused()
    {
        string[] values = [.. Enumerable.Range(1, 11).Select(i => $"{i}")];
        SweepAxis[] axes = [.. new[] { "training.seed", "training.epochs", "training.batchSize" }.Select(p => new SweepAxis { Path = p, Values = [.. values] })];
        Assert.Contains("1331", Assert.Throws<SpecException>(() => Sweep.Grid(Samples.Spec(), axes)).Message);
    }
}
