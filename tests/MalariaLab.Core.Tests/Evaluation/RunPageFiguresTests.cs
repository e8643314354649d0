using MalariaLab.Core.Evaluation;
using Xunit;

namespace MalariaLab.Core.Tests.Evaluation;

/// <summary>What the run page works out from stored predictions.</summary>
public sealed class RunPageFiguresTests
{
    private static readonly Predictions Two = new()
    {
        Labels = ["Parasitized", "Uninfected"],
        Truth = [0, 0, 1, 1, 0],
        Probabilities = [0.9f, 0.1f, 0.2f, 0.8f, 0.3f, 0.7f, 0.6f, 0.4f, 0.45f, 0.55f],
        Groups = ["P1", "P1", "P2", null, "P2"],
    };

    private static readonly Predictions Three = new()
    {
        Labels = ["a", "b", "c"],
        Truth = [0, 1, 2],
        Probabilities = [0.5f, 0.3f, 0.2f, 0.1f, 0.8f, 0.1f, 0.4f, 0.35f, 0.25f],
    };

    [Fact]
    public void Images_ErrorsOnly_BeginWithTheMostConfident()
    {
        var calls = new ImageChoice { ErrorsOnly = true }.Of(Two, positive: 0);
        Assert.Equal([1, 3, 4], calls.Select(c => c.Index));
        Assert.All(calls, c => Assert.True(c.IsError));
        Assert.Equal(0.8, calls[0].Confidence, 6);
    }

    [Theory]
    [InlineData(0.5, 0, 1, new[] { 1, 4 })]
    [InlineData(0.4, 0, 1, new[] { 1 })]
    [InlineData(0.4, 0, 0, new[] { 0, 4 })]
    [InlineData(0.25, 1, 0, new[] { 3, 2 })]
    public void Images_OfAConfusionCell_FollowTheThreshold(double threshold, int truth, int called, int[] expected)
    {
        var choice = new ImageChoice { Truth = truth, Called = called };
        Assert.Equal(expected, choice.Of(Two, positive: 0, threshold).Select(c => c.Index));
        // A cell's images are as many as the matrix says.
        Assert.Equal(ConfusionMatrix.Count(Two.Labels, Two.Truth, Two.Predicted(0, threshold)).Matrix[truth][called], expected.Length);
    }

    [Fact]
    public void Images_OfAPatient_AreOnlyThatPatients() =>
        Assert.Equal([2, 4], new ImageChoice { Group = "P2", Order = ImageOrder.Manifest }.Of(Two, positive: 0).Select(c => c.Index));

    [Fact]
    public void Against_OneOfThreeClasses_RanksAsItsOwnOneAgainstRest()
    {
        var against = Three.Against(1, "others");
        against.Validate();
        Assert.Equal(["b", "others"], against.Labels);
        Assert.Equal([1, 0, 1], against.Truth);
        Assert.Equal(Evaluator.MultiClass(Three).PerClass[1].Auc, Evaluator.Binary(against, 0).Auc);
    }

    [Fact]
    public void Calibration_AtTemperatureOne_IsThatOfTheReport()
    {
        foreach (var (predictions, positive) in ((Predictions, int?)[])[(Two, 0), (Three, null)])
        {
            var report = Evaluator.Evaluate(predictions, positive);
            var calibration = CalibrationReport.Of(predictions, of: 0);
            Assert.Equal(report.Ece!.Value, calibration.Ece!.Value, 6);
            Assert.Equal(report.Brier!.Value, calibration.Brier!.Value, 6);
            Assert.Equal(report.LogLoss!.Value, calibration.LogLoss!.Value, 6);
        }
    }

    [Fact]
    public void Calibration_OfAnOverconfidentModel_GainsByTheFittedTemperature()
    {
        // Says 99 %, is right in three of four cases.
        var truth = Enumerable.Range(0, 400).Select(i => i % 2).ToArray();
        float[] probabilities = [.. truth.SelectMany((t, i) => (t == 0) == (i % 8 > 1) ? new[] { 0.99f, 0.01f } : [0.01f, 0.99f])];
        var model = new Predictions { Labels = ["a", "b"], Truth = truth, Probabilities = probabilities };
        var temperature = TemperatureScaling.Fit(model.ToDoubles(), truth);
        var (before, after) = (CalibrationReport.Of(model, 0), CalibrationReport.Of(model, 0, temperature));
        Assert.True(temperature > 1);
        Assert.True(after.Ece < 0.01 && before.Ece > 0.2, $"{before.Ece} → {after.Ece}");
        Assert.True(after.LogLoss < before.LogLoss && after.Brier < before.Brier);
    }
}
