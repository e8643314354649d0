using MalariaLab.Core.Evaluation;
using Xunit;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class ConfidentLearningTests
{
    private static Predictions Of(params (int Given, double First)[] images) => new()
    {
        Labels = ["Parasitized", "Uninfected"],
        Truth = [.. images.Select(i => i.Given)],
        Probabilities = [.. images.SelectMany(i => new[] { (float)i.First, (float)(1 - i.First) })],
    };

    [Fact]
    public void Find_TwoClasses_ListsWhatReachesTheOtherClassThresholdMostSuspectFirst()
    {
        // Thresholds by hand: class 0: (.9 + .8 + .1 + .35) / 4 = .5375; class 1: (.9 + .7 + .05) / 3 = .55.
        var predictions = Of((0, .9), (0, .8), (0, .1), (0, .35), (1, .1), (1, .3), (1, .95));
        Assert.Equal([0.5375, 0.55], ConfidentLearning.Thresholds(predictions).Select(t => Math.Round(t, 6)));
        var issues = ConfidentLearning.Find(predictions);
        Assert.Equal([6, 2, 3], issues.Select(i => i.Index));
        Assert.Equal((1, 0), (issues[0].Given, issues[0].Suggested));
        Assert.Equal(0.05, issues[0].SelfConfidence, 6);
        Assert.Equal(-0.9, issues[0].Margin, 6);
    }

    [Fact]
    public void Find_ThreeClasses_OrdersBySelfConfidenceOrByMargin()
    {
        var predictions = new Predictions
        {
            Labels = ["a", "b", "c"],
            Truth = [0, 0, 0, 1, 1, 2, 2],
            // Image 2 has the smaller P(given), image 1 the smaller margin.
            Probabilities = [.9f, .05f, .05f, .2f, .75f, .05f, .15f, .6f, .25f, .1f, .8f, .1f, .3f, .4f, .3f, .1f, .1f, .8f, .2f, .1f, .7f],
        };
        Assert.Equal([2, 1], ConfidentLearning.Find(predictions).Select(i => i.Index));
        Assert.Equal([1, 2], ConfidentLearning.Find(predictions, LabelIssueOrder.Margin).Select(i => i.Index));
    }

    [Fact]
    public void Find_WithoutContradictionOrWithoutImages_FindsNothing()
    {
        Assert.Empty(ConfidentLearning.Find(Of((0, .9), (1, .1), (0, .7), (1, .4))));
        Assert.Empty(ConfidentLearning.Find(Of()));
        Assert.Empty(ConfidentLearning.Find(Of((0, .1), (0, .2))));
    }

    [Fact]
    public void KappaInterval_IsThatOfTheDeltaMethod()
    {
        // Expected values: gradient of kappa by central differences, multinomial covariance.
        var agreement = Agreement([[88, 14, 18], [10, 40, 10], [2, 6, 12]]);
        Assert.Equal(0.491525424, agreement.Kappa!.Value, 8);
        Assert.Equal(0.391563702, agreement.KappaInterval!.Value.Low, 6);
        Assert.Equal(0.591487145, agreement.KappaInterval.Value.High, 6);
        Assert.Equal(0.151092290, Agreement([[20, 5], [10, 15]]).KappaInterval!.Value.Low, 6);
        Assert.Null(Agreement([[7, 0], [0, 0]]).KappaInterval);
        Assert.Equal(new Interval(1, 1), Agreement([[5, 0], [0, 5]]).KappaInterval);
    }

    private static ReaderAgreement Agreement(int[][] counts)
    {
        var pairs =
            (from i in Enumerable.Range(0, counts.Length)
             from j in Enumerable.Range(0, counts.Length)
             from pair in Enumerable.Repeat((First: (int?)i, Second: (int?)j), counts[i][j])
             select pair).ToList();
        return ReaderAgreement.Of([.. counts.Select((_, k) => $"{k}")], [.. pairs.Select(p => p.First)], [.. pairs.Select(p => p.Second)]);
    }
}
