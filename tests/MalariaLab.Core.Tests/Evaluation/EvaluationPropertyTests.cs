using FsCheck;
using FsCheck.Fluent;
using MalariaLab.Core.Evaluation;
using Xunit;
using Interval = MalariaLab.Core.Evaluation.Interval;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class EvaluationPropertyTests
{
    private const double Tolerance = 1e-12;

    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(80);

    /// <summary>Predictions of 1 to 60 images over 2 to 4 classes with many ties, in up to 8 patients.</summary>
    private static Arbitrary<Predictions> AnyPredictions => Arb.From(
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from n in Gen.Choose(1, 60)
        from classes in Gen.Choose(2, 4)
        select Random(seed, n, classes));

    private static Arbitrary<(int Hits, int N)> AnyProportion => Arb.From(from n in Gen.Choose(1, 3000) from hits in Gen.Choose(0, n) select (hits, n));

    [Fact]
    public void Evaluate_PermutedImages_ChangesNothing() => Check.One(Quick, Prop.ForAll(AnyPredictions, predictions =>
    {
        var order = Enumerable.Range(0, predictions.Count).Reverse().OrderBy(i => i % 3).ToArray();
        var (before, after) = (Evaluator.Evaluate(predictions, 0), Evaluator.Evaluate(Permute(predictions, order), 0));
        Assert.Equal(before.Confusion.Matrix, after.Confusion.Matrix);
        foreach (var (a, b) in Figures(before).Zip(Figures(after))) GoldenJson.Close(a, b, Tolerance, "figure");
        var (patients, permuted) = (PatientReport.Of(predictions, 0), PatientReport.Of(Permute(predictions, order), 0));
        Assert.Equal(patients.Patients.Select(p => p with { MeanScore = 0 }), permuted.Patients.Select(p => p with { MeanScore = 0 }));
    }));

    [Fact]
    public void Auc_ComplementScores_IsOneMinusAuc() => Check.One(Quick, Prop.ForAll(AnyPredictions, predictions =>
    {
        var (scores, positive) = (predictions.Scores(0), predictions.IsClass(0));
        var complement = ScoreRanking.Of(Array.ConvertAll(scores, s => 1 - s), positive).AreaUnderRoc;
        GoldenJson.Close(1 - ScoreRanking.Of(scores, positive).AreaUnderRoc, complement, Tolerance, "AUC");
        // The definition, pair by pair.
        var pairs = (from i in Enumerable.Range(0, scores.Length)
                     where positive[i]
                     from j in Enumerable.Range(0, scores.Length)
                     where !positive[j]
                     select scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0).ToArray();
        GoldenJson.Close(pairs.Length == 0 ? null : 1 - pairs.Average(), complement, Tolerance, "pairs");
    }));

    [Fact]
    public void Ranking_AtAnyThreshold_CountsAsAScanWould() => Check.One(Quick, Prop.ForAll(AnyPredictions, predictions =>
    {
        var (scores, positive) = (predictions.Scores(1), predictions.IsClass(1));
        var ranking = ScoreRanking.Of(scores, positive);
        foreach (var threshold in scores.Concat([-1, 0, 0.05, 0.35, 0.5, 1, 2]))
        {
            var called = Array.ConvertAll(scores, s => s >= threshold);
            int Count(bool call, bool truth) => called.Zip(positive).Count(x => x == (call, truth));
            Assert.Equal(new BinaryCounts(Count(true, true), Count(true, false), Count(false, true), Count(false, false)), ranking.At(threshold));
        }
    }));

    [Fact]
    public void Thresholds_AnyScores_AreTheBestOfAllCandidates() => Check.One(Quick, Prop.ForAll(AnyPredictions, predictions =>
    {
        var ranking = ScoreRanking.Of(predictions.Scores(0), predictions.IsClass(0));
        var candidates = ranking.Thresholds.Select(ranking.At).ToArray();
        if (Thresholds.Youden(ranking) is not { } youden) return;
        Assert.Equal(candidates.Max(c => c.YoudenJ)!.Value, youden.Counts.YoudenJ!.Value, Tolerance);
        var sensitive = Thresholds.SensitivityAtLeast(ranking, 0.9)!.Counts;
        Assert.True(sensitive.Sensitivity >= 0.9);
        Assert.Equal(candidates.Where(c => c.Sensitivity >= 0.9).Max(c => c.Specificity), sensitive.Specificity);
    }));

    [Fact]
    public void ProportionIntervals_AnyCount_HoldTheEstimateAndMirror() => Check.One(Quick, Prop.ForAll(AnyProportion, x =>
    {
        foreach (var interval in (Func<int, int, Interval?>[])[ProportionIntervals.Wilson, ProportionIntervals.ClopperPearson])
        {
            var (of, mirrored) = (interval(x.Hits, x.N)!.Value, interval(x.N - x.Hits, x.N)!.Value);
            Assert.True(of.Contains((double)x.Hits / x.N), $"{of}");
            Assert.Equal(1 - mirrored.High, of.Low, 1e-9);
            Assert.InRange(of.Low, 0, of.High);
            Assert.InRange(of.High, of.Low, 1);
        }
    }));

    [Fact]
    public void McNemar_SwappedRuns_HasTheSamePValues() => Check.One(Quick, Prop.ForAll(AnyProportion, x =>
    {
        var (one, other) = (McNemar.Of(x.Hits, x.N - x.Hits), McNemar.Of(x.N - x.Hits, x.Hits));
        Assert.Equal((one.ExactP, one.MidP, one.ChiSquareP), (other.ExactP, other.MidP, other.ChiSquareP));
        Assert.InRange(one.ExactP, 0, 1);
        Assert.True(one.MidP <= one.ExactP);
    }));

    [Fact]
    public void DeLong_SwappedRuns_TurnsTheSign() => Check.One(Quick, Prop.ForAll(AnyPredictions, predictions =>
    {
        var (a, b, truth) = (predictions.Scores(0), predictions.Scores(1), predictions.IsClass(0));
        var (one, other) = (DeLong.Of(a, b, truth), DeLong.Of(b, a, truth));
        if (one is null || other is null) return;
        Assert.Equal(-one.Difference, other.Difference, Tolerance);
        GoldenJson.Close(one.P, other.P, 1e-9, "p");
        Assert.True(one.DifferenceInterval.Contains(one.Difference));
        Assert.Equal(ScoreRanking.Of(a, truth).AreaUnderRoc!.Value, one.FirstAuc, Tolerance);
    }));

    [Fact]
    public void MultipleComparisons_AnyPValues_NeverShrinkAndHolmIsTheStricter() => Check.One(Quick, Prop.ForAll(AnyPredictions, predictions =>
    {
        var p = predictions.Scores(0);
        var (holm, hochberg) = (MultipleComparisons.Holm(p), MultipleComparisons.BenjaminiHochberg(p));
        for (var i = 0; i < p.Length; i++)
        {
            Assert.InRange(hochberg[i], p[i] - Tolerance, 1);
            Assert.InRange(holm[i], hochberg[i] - Tolerance, 1);
        }
    }));

    [Fact]
    public void ClusterBootstrap_AnyPredictions_ReproducesItselfAndTheEvaluation() => Check.One(Quick.WithMaxTest(25), Prop.ForAll(AnyPredictions, predictions =>
    {
        var (first, second) = (new ClusterBootstrap(predictions, 0).Intervals(5, 50), new ClusterBootstrap(predictions, 0).Intervals(5, 50));
        Assert.Equal(first, second);
        var report = Evaluator.Evaluate(predictions, 0);
        GoldenJson.Close(report.Accuracy, first.Accuracy.Estimate, Tolerance, "accuracy");
        GoldenJson.Close(report.BalancedAccuracy, first.BalancedAccuracy.Estimate, Tolerance, "balanced accuracy");
        GoldenJson.Close(report.Specificity, first.Specificity.Estimate, Tolerance, "specificity");
        GoldenJson.Close(report.Precision, first.Precision.Estimate, Tolerance, "precision");
        GoldenJson.Close(report.F1, first.F1.Estimate, Tolerance, "F1");
        GoldenJson.Close(report.Mcc, first.Mcc.Estimate, Tolerance, "MCC");
        GoldenJson.Close(report.Auc, first.Auc.Estimate, Tolerance, "AUC");
        Assert.Equal(50, first.Auc.Used + first.Auc.Dropped);
    }));

    [Fact]
    public void TemperatureScaling_AnyPredictions_NeverRaisesTheLossItWasFittedOn() => Check.One(Quick, Prop.ForAll(AnyPredictions, predictions =>
    {
        double[] probabilities = Array.ConvertAll(predictions.ToDoubles(), p => (p + 0.01) / (1 + (0.01 * predictions.Classes)));
        var temperature = TemperatureScaling.Fit(probabilities, predictions.Truth);
        var scaled = TemperatureScaling.Apply(probabilities, predictions.Classes, temperature);
        Assert.Equal(MultiClassMetrics.ArgMaxRows(probabilities, predictions.Classes), MultiClassMetrics.ArgMaxRows(scaled, predictions.Classes));
        Assert.True(ProbabilityScores.LogLoss(scaled, predictions.Truth) <= ProbabilityScores.LogLoss(probabilities, predictions.Truth) + 1e-6);
    }));

    internal static Predictions Random(int seed, int n, int classes)
    {
        var random = new Random(seed);
        var probabilities = new float[n * classes];
        for (var i = 0; i < n; i++)
        {
            // Tenths, so that ties abound.
            var left = 10;
            for (var k = 0; k < classes - 1; k++)
            {
                var tenths = random.Next(left + 1);
                probabilities[(i * classes) + k] = tenths / 10f;
                left -= tenths;
            }
            probabilities[(i * classes) + classes - 1] = left / 10f;
        }
        return new()
        {
            Labels = [.. Enumerable.Range(0, classes).Select(k => $"class {k}")],
            Truth = [.. Enumerable.Range(0, n).Select(_ => random.Next(classes))],
            Probabilities = probabilities,
            Groups = [.. Enumerable.Range(0, n).Select(_ => random.Next(9) is var g && g == 8 ? null : $"P{g}")],
            ImageIds = [.. Enumerable.Range(0, n).Select(i => $"image {i}")],
        };
    }

    internal static Predictions Permute(Predictions predictions, int[] order) => predictions with
    {
        Truth = Array.ConvertAll(order, i => predictions.Truth[i]),
        Probabilities = [.. order.SelectMany(i => predictions.Probabilities.AsSpan(i * predictions.Classes, predictions.Classes).ToArray())],
        Groups = Array.ConvertAll(order, i => predictions.Groups[i]),
        ImageIds = Array.ConvertAll(order, i => predictions.ImageIds[i]),
    };

    private static double?[] Figures(EvaluationReport r) =>
        [r.Accuracy, r.BalancedAccuracy, r.Sensitivity, r.Specificity, r.Precision, r.F1, r.Mcc, r.Auc, r.AveragePrecision, r.LogLoss, r.Brier, r.Ece];
}
