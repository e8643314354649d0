using MalariaLab.Core.Evaluation;
using Xunit;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class LogisticRegressionTests
{
    private static readonly double[][] Hours =
    [
        [0.5], [0.75], [1], [1.25], [1.5], [1.75], [1.75], [2], [2.25], [2.5],
        [2.75], [3], [3.25], [3.5], [4], [4.25], [4.5], [4.75], [5], [5.5],
    ];
    private static readonly bool[] Passed = [.. "00000010101010111111".Select(c => c == '1')];

    [Theory]
    [InlineData(0, -4.0777134, 1.5046454)]
    [InlineData(1, -2.6141570, 0.9517505)]
    public void Fit_HoursOfStudy_GivesTheKnownCoefficients(double ridge, double intercept, double slope)
    {
        var model = LogisticRegression.Fit(Hours, Passed, [.. Enumerable.Range(0, 20)], ridge);
        Assert.Equal(intercept, model.Intercept, 1e-6);
        Assert.Equal(slope, Assert.Single(model.Weights), 1e-6);
        Assert.Equal(intercept + (slope * 2), model.Score([2.0]), 1e-6);
    }

    [Fact]
    public void Fit_FeatureInOtherUnits_GivesTheSameScores()
    {
        int[] all = [.. Enumerable.Range(0, 20)];
        var (hours, minutes) = (LogisticRegression.Fit(Hours, Passed, all), LogisticRegression.Fit([.. Hours.Select(h => new[] { (h[0] * 60) + 1e6 })], Passed, all));
        Assert.Equal(hours.Score([3.0]), minutes.Score([1e6 + 180]), 1e-5);
    }

    [Fact]
    public void Fit_SeparableConstantAndRepeatedFeatures_StaysFinite()
    {
        var rows = Enumerable.Range(0, 40).Select(i => new double[] { i, 7, i }).ToArray();
        var model = LogisticRegression.Fit(rows, [.. rows.Select(r => r[0] >= 20)], [.. Enumerable.Range(0, 40)]);
        Assert.All(model.Weights, w => Assert.True(double.IsFinite(w)));
        Assert.Equal(0, model.Weights[1]);
        Assert.All(rows, r => Assert.Equal(r[0] >= 20, model.Score(r) > 0));
    }

    [Fact]
    public void Fit_OneClassOnly_IsSureOfIt() => Assert.Equal(-20, LogisticRegression.Fit(Hours, new bool[20], [0, 1, 2]).Score([1.0]));
}
