using System.Text.Json;
using MalariaLab.Core.Evaluation;
using Xunit;
using static MalariaLab.Core.Tests.Evaluation.GoldenJson;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class GoldenMetricsTests
{
    [Fact]
    public void BinaryMetrics_ReferenceCases_MatchEveryFigure()
    {
        foreach (var item in Load("metrics.json").Items("binary"))
        {
            var metrics = BinaryMetrics.Of(item.Doubles("scores"), item.Bools("y_true"), item.GetProperty("threshold").GetDouble());
            var (counts, expected) = (metrics.Counts, item.GetProperty("expected"));
            int Count(string name) => expected.GetProperty(name).GetInt32();
            Assert.Equal((Count("tp"), Count("fp"), Count("fn"), Count("tn")),
                (counts.TruePositives, counts.FalsePositives, counts.FalseNegatives, counts.TrueNegatives));
            Close(expected, "accuracy", counts.Accuracy);
            Close(expected, "balanced_accuracy", counts.BalancedAccuracy);
            Close(expected, "precision", counts.Precision);
            Close(expected, "recall", counts.Sensitivity);
            Close(expected, "specificity", counts.Specificity);
            Close(expected, "f1", counts.F1);
            Close(expected, "mcc", counts.Mcc);
            Close(expected, "roc_auc", metrics.Auc);
            Close(expected, "average_precision", metrics.AveragePrecision);
            Close(expected, "log_loss", metrics.LogLoss);
            Close(expected, "brier", metrics.Brier);
        }
    }

    [Fact]
    public void ConfusionMatrix_BinaryReferenceCases_MatchKappaAndMcc()
    {
        foreach (var item in Load("metrics.json").Items("binary"))
        {
            var predicted = item.Doubles("scores").Select(s => s >= 0.5 ? 1 : 0).ToArray();
            var matrix = ConfusionMatrix.Count(["0", "1"], item.Ints("y_true"), predicted);
            Assert.Equal(Rows(item.GetProperty("expected")), matrix.Matrix);
            Close(item.GetProperty("expected"), "cohen_kappa", matrix.CohenKappa);
            Close(item.GetProperty("expected"), "mcc", matrix.Mcc);
        }
    }

    [Fact]
    public void Calibration_BinaryReferenceCases_MatchEveryBin()
    {
        var golden = Load("metrics.json");
        foreach (var item in golden.Items("binary"))
        {
            var metrics = BinaryMetrics.Of(item.Doubles("scores"), item.Bools("y_true"));
            CheckReliability(item.GetProperty("expected"), "ece", metrics.Reliability);
            CheckReliability(item.GetProperty("expected"), "ece_positive_class", metrics.PositiveReliability);
            Assert.Equal(golden.Doubles("ece_bin_edges"), metrics.Reliability.Bins.Select(b => b.Low).Append(1));
        }
    }

    [Fact]
    public void Curves_BinaryReferenceCases_MatchEveryPoint()
    {
        foreach (var item in Load("metrics.json").Items("binary"))
        {
            var ranking = ScoreRanking.Of(item.Doubles("scores"), item.Bools("y_true"));
            var expected = item.GetProperty("expected");
            var roc = RocCurve.Of(ranking);
            Assert.Equal(expected.GetProperty("roc").ValueKind == JsonValueKind.Null, roc is null);
            if (roc is not null)
            {
                CloseAll(expected.GetProperty("roc"), "fpr", roc.Select(p => (double?)p.FalsePositiveRate));
                CloseAll(expected.GetProperty("roc"), "tpr", roc.Select(p => (double?)p.TruePositiveRate));
                CloseAll(expected.GetProperty("roc"), "threshold", roc.Select(p => p.Threshold), 0);
            }
            var pr = PrecisionRecallCurve.Of(ranking);
            Assert.Equal(expected.GetProperty("pr").ValueKind == JsonValueKind.Null, pr is null);
            if (pr is not null)
            {
                CloseAll(expected.GetProperty("pr"), "precision", pr.Select(p => (double?)p.Precision));
                CloseAll(expected.GetProperty("pr"), "recall", pr.Select(p => (double?)p.Recall));
                CloseAll(expected.GetProperty("pr"), "threshold", pr.Select(p => p.Threshold), 0);
            }
        }
    }

    [Fact]
    public void Thresholds_BinaryReferenceCases_ChooseTheSamePoint()
    {
        foreach (var item in Load("metrics.json").Items("binary"))
        {
            var ranking = ScoreRanking.Of(item.Doubles("scores"), item.Bools("y_true"));
            CheckPoint(item.GetProperty("expected").GetProperty("youden"), Thresholds.Youden(ranking));
            CheckPoint(item.GetProperty("expected").GetProperty("sensitivity_at_least_0_98"), Thresholds.SensitivityAtLeast(ranking, 0.98));
        }
    }

    [Fact]
    public void MultiClassMetrics_ReferenceCases_MatchEveryFigure()
    {
        foreach (var item in Load("metrics.json").Items("multiclass"))
        {
            var labels = Enumerable.Range(0, item.GetProperty("classes").GetInt32()).Select(k => $"{k}").ToArray();
            var probabilities = item.Items("probabilities").SelectMany(row => row.EnumerateArray()).Select(x => x.GetDouble()).ToArray();
            var metrics = MultiClassMetrics.Of(labels, probabilities, item.Ints("y_true"));
            var expected = item.GetProperty("expected");
            Assert.Equal(Rows(expected), metrics.Confusion.Matrix);
            Close(expected, "accuracy", metrics.Confusion.Accuracy);
            Close(expected, "balanced_accuracy", metrics.BalancedAccuracy);
            Close(expected, "mcc", metrics.Confusion.Mcc);
            Close(expected, "cohen_kappa", metrics.Confusion.CohenKappa);
            Close(expected, "log_loss", metrics.LogLoss);
            Close(expected, "brier", metrics.Brier);
            CheckReliability(expected, "ece", metrics.Reliability);
            Close(expected, "roc_auc_ovr_macro", metrics.AucMacro);
            Close(expected, "roc_auc_ovr_weighted", metrics.AucWeighted);
            Close(expected, "roc_auc_ovo_macro", metrics.AucOneVersusOne);
            Close(expected, "average_precision_macro", metrics.AveragePrecisionMacro);
            CheckMeans(expected.GetProperty("macro"), metrics.Macro);
            CheckMeans(expected.GetProperty("micro"), metrics.Micro);
            CheckMeans(expected.GetProperty("weighted"), metrics.WeightedBySupport);
            foreach (var row in expected.Items("per_class"))
            {
                var one = metrics.PerClass[row.GetProperty("class").GetInt32()];
                Assert.Equal(row.GetProperty("support").GetInt32(), one.Counts.Positives);
                Close(row, "precision", one.Counts.Precision);
                Close(row, "recall", one.Counts.Sensitivity);
                Close(row, "f1", one.Counts.F1);
                Close(row, "specificity", one.Counts.Specificity);
                Close(row, "roc_auc_one_vs_rest", one.Auc);
                Close(row, "average_precision_one_vs_rest", one.AveragePrecision);
            }
        }
    }

    private static int[][] Rows(JsonElement expected) =>
        [.. expected.Items("confusion_matrix").Select(row => row.EnumerateArray().Select(x => x.GetInt32()).ToArray())];

    private static void CheckMeans(JsonElement expected, AveragedMetrics actual)
    {
        Close(expected, "precision", actual.Precision);
        Close(expected, "recall", actual.Recall);
        Close(expected, "f1", actual.F1);
    }

    private static void CheckReliability(JsonElement expected, string key, Reliability actual)
    {
        Close(expected, key, actual.Ece);
        var bins = expected.GetProperty(key + "_bins");
        Assert.Equal(bins.Ints("count"), actual.Bins.Select(b => b.Count));
        CloseAll(bins, "mean_confidence", actual.Bins.Select(b => b.MeanConfidence));
        CloseAll(bins, "accuracy", actual.Bins.Select(b => b.Accuracy));
    }

    private static void CheckPoint(JsonElement expected, OperatingPoint? actual)
    {
        Assert.Equal(expected.ValueKind == JsonValueKind.Null, actual is null);
        if (actual is null) return;
        Assert.Equal(expected.GetProperty("threshold").GetDouble(), actual.Threshold);
        Assert.Equal(expected.GetProperty("tp").GetInt32(), actual.Counts.TruePositives);
        Assert.Equal(expected.GetProperty("fp").GetInt32(), actual.Counts.FalsePositives);
        Close(expected, "sensitivity", actual.Counts.Sensitivity);
        Close(expected, "specificity", actual.Counts.Specificity);
        Close(expected, "youden_j", actual.Counts.YoudenJ);
    }
}
