using MalariaLab.Core.Evaluation;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class ClusteredAucTests
{
    [Fact]
    public void Of_OneImageAGroup_IsDeLongsAreaAndVariance()
    {
        foreach (var item in GoldenJson.Load("stats.json").Items("delong"))
        {
            var (scores, truth) = (item.Doubles("scores_a"), item.Bools("y_true"));
            var (expected, auc) = (DeLong.Of(scores, scores, truth)!, ClusteredAuc.Of(scores, truth, [.. Enumerable.Range(0, truth.Length)])!);
            Assert.Equal(expected.FirstAuc, auc.Auc, 1e-12);
            Assert.Equal(expected.FirstVariance, auc.Variance!.Value, 1e-12);
            Assert.Equal(expected.FirstInterval.Low, auc.Interval!.Value.Low, 1e-9);
        }
    }

    [Fact]
    public void Of_EveryImageTwiceInItsGroup_IsNoSurer()
    {
        var random = new Random(3);
        var truth = Enumerable.Range(0, 60).Select(i => i % 3 == 0).ToArray();
        var scores = truth.Select(t => random.NextDouble() + (t ? 0.3 : 0)).ToArray();
        int[] groups = [.. Enumerable.Range(0, 60)];
        var once = ClusteredAuc.Of(scores, truth, groups)!;
        var twice = ClusteredAuc.Of([.. scores, .. scores], [.. truth, .. truth], [.. groups, .. groups])!;
        Assert.Equal(once.Auc, twice.Auc, 1e-12);
        Assert.Equal(once.Variance!.Value, twice.Variance!.Value, 1e-12);
    }

    [Fact]
    public void Of_OneGroupOrOneClass_HasNoInterval()
    {
        Assert.Null(ClusteredAuc.Of([0.1, 0.9], [false, true], [0, 0])!.Interval);
        Assert.Null(ClusteredAuc.Of([0.1, 0.9], [true, true], [0, 1]));
    }
}
