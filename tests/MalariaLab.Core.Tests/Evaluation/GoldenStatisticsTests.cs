using System.Text.Json;
using MalariaLab.Core.Evaluation;
using Xunit;
using static MalariaLab.Core.Tests.Evaluation.GoldenJson;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class GoldenStatisticsTests
{
    [Fact]
    public void ProportionIntervals_ReferenceCases_Match()
    {
        var golden = Load("stats.json");
        Close(golden, "z_quantile_0_975", ProportionIntervals.Z95, 1e-14);
        foreach (var item in golden.Items("proportion_intervals_95"))
        {
            var (k, n) = (item.GetProperty("k").GetInt32(), item.GetProperty("n").GetInt32());
            CheckInterval(item.GetProperty("wilson"), ProportionIntervals.Wilson(k, n), 1e-9);
            CheckInterval(item.GetProperty("clopper_pearson"), ProportionIntervals.ClopperPearson(k, n), 1e-8);
            if (k == 0 && n > 0) Assert.Equal(0, ProportionIntervals.Wilson(k, n)!.Value.Low);
            if (k == n && n > 0) Assert.Equal(1, ProportionIntervals.Wilson(k, n)!.Value.High);
        }
    }

    [Fact]
    public void McNemar_ReferenceCases_Match()
    {
        foreach (var item in Load("stats.json").Items("mcnemar"))
        {
            var test = McNemar.Of(item.GetProperty("b").GetInt32(), item.GetProperty("c").GetInt32());
            Close(item, "exact_p", test.ExactP, 1e-8);
            Close(item, "mid_p", test.MidP, 1e-8);
            Close(item, "chi2_cc", test.ChiSquare);
            Close(item, "chi2_cc_p", test.ChiSquareP, 1e-8);
        }
    }

    [Fact]
    public void DeLong_ReferenceCases_Match()
    {
        foreach (var item in Load("stats.json").Items("delong"))
        {
            var test = DeLong.Of(item.Doubles("scores_a"), item.Doubles("scores_b"), item.Bools("y_true"))!;
            var expected = item.GetProperty("expected");
            Close(expected, "auc_a", test.FirstAuc);
            Close(expected, "auc_b", test.SecondAuc);
            var covariance = expected.Items("covariance").Select(row => row.EnumerateArray().Select(x => x.GetDouble()).ToArray()).ToArray();
            Close(covariance[0][0], test.FirstVariance, 1e-9, "variance a");
            Close(covariance[0][1], test.Covariance, 1e-9, "covariance");
            Close(covariance[1][1], test.SecondVariance, 1e-9, "variance b");
            CheckInterval(expected.GetProperty("auc_a_ci95"), test.FirstInterval, 1e-8);
            CheckInterval(expected.GetProperty("auc_b_ci95"), test.SecondInterval, 1e-8);
            Close(expected, "difference", test.Difference);
            Close(expected, "variance_of_difference", test.DifferenceVariance);
            CheckInterval(expected.GetProperty("difference_ci95"), test.DifferenceInterval, 1e-8);
            Close(expected, "z", test.Z, 1e-8);
            Close(expected, "p_two_sided", test.P, 1e-8);
        }
    }

    [Fact]
    public void MultipleComparisons_ReferenceCases_Match()
    {
        foreach (var item in Load("stats.json").Items("multiple_comparisons"))
        {
            var (holm, hochberg) = (MultipleComparisons.Holm(item.Doubles("p")), MultipleComparisons.BenjaminiHochberg(item.Doubles("p")));
            CloseAll(item, "holm", holm.Select(p => (double?)p));
            CloseAll(item, "benjamini_hochberg", hochberg.Select(p => (double?)p));
            var alpha = item.GetProperty("alpha").GetDouble();
            Assert.Equal(item.Items("holm_reject").Select(x => x.GetBoolean()), holm.Select(p => p <= alpha));
            Assert.Equal(item.Items("benjamini_hochberg_reject").Select(x => x.GetBoolean()), hochberg.Select(p => p <= alpha));
        }
    }

    [Fact]
    public void SeedSummary_ReferenceCases_Match()
    {
        foreach (var item in Load("stats.json").Items("seed_summaries"))
        {
            var summary = SeedSummary.Of(item.Doubles("values"))!;
            Assert.Equal(item.GetProperty("n").GetInt32(), summary.N);
            Close(item, "mean", summary.Mean);
            Close(item, "sample_std", summary.StandardDeviation);
            Close(item, "standard_error", summary.StandardError);
            Close(item, "t_quantile_0_975", summary.StudentQuantile, 1e-8);
            CheckInterval(item.GetProperty("ci95"), summary.MeanInterval, 1e-8);
            Close(item, "min", summary.Min, 0);
            Close(item, "max", summary.Max, 0);
        }
    }

    [Fact]
    public void ClusterBootstrap_GivenDraws_MatchEveryReplicate()
    {
        var golden = Load("stats.json").GetProperty("cluster_bootstrap");
        var clusters = golden.Items("clusters").ToArray();
        double[] scores = [.. clusters.SelectMany(c => c.Doubles("scores"))];
        var bootstrap = new ClusterBootstrap(new()
        {
            Labels = ["negative", "positive"],
            Truth = [.. clusters.SelectMany(c => c.Ints("y_true"))],
            Probabilities = [.. scores.SelectMany(s => new[] { (float)(1 - s), (float)s })],
            Groups = [.. clusters.SelectMany(c => Enumerable.Repeat(c.GetProperty("patient").GetString(), c.Ints("y_true").Length))],
        }, positive: 1);
        var figures = golden.Items("resampled_cluster_indices")
            .Select(draw => bootstrap.Resample([.. draw.EnumerateArray().Select(x => x.GetInt32())])).ToArray();
        var intervals = bootstrap.Summarise(figures);
        Check("accuracy", intervals.Accuracy, f => f.Accuracy);
        Check("sensitivity", intervals.Sensitivity, f => f.Sensitivity);
        Check("roc_auc", intervals.Auc, f => f.Auc);

        void Check(string key, BootstrapInterval interval, Func<BootstrapFigures, double?> figure)
        {
            var expected = golden.GetProperty("expected").GetProperty(key);
            CloseAll(expected, "replicates", figures.Select(figure));
            Assert.Equal(expected.GetProperty("used").GetInt32(), interval.Used);
            Assert.Equal(expected.GetProperty("dropped").GetInt32(), interval.Dropped);
            CheckInterval(expected.GetProperty("ci95"), interval.Interval, 1e-9);
            Close(golden.GetProperty("point_estimate"), key, interval.Estimate);
        }
    }

    private static void CheckInterval(JsonElement expected, Interval? actual, double tolerance)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(actual);
            return;
        }
        Close(expected[0].GetDouble(), actual?.Low, tolerance, "low");
        Close(expected[1].GetDouble(), actual?.High, tolerance, "high");
    }
}
