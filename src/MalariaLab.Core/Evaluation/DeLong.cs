using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Evaluation;

/// <summary>
/// DeLong's test of two correlated areas under the ROC curve (DeLong 1988), by the midrank algorithm of Sun and Xu (2014), n log n.
/// </summary>
public sealed record DeLong
{
    /// <summary>A smaller variance of the difference counts as none.</summary>
    private const double NoVariance = 1e-14;

    /// <summary>AUC of the first score.</summary>
    public required double FirstAuc { get; init; }

    /// <summary>AUC of the second score.</summary>
    public required double SecondAuc { get; init; }

    /// <summary>Variance of the first AUC.</summary>
    public required double FirstVariance { get; init; }

    /// <summary>Variance of the second AUC.</summary>
    public required double SecondVariance { get; init; }

    /// <summary>Covariance of the two AUCs.</summary>
    public required double Covariance { get; init; }

    /// <summary>95 % interval of the first AUC, clipped to 0..1.</summary>
    public Interval FirstInterval => Around(FirstAuc, FirstVariance);

    /// <summary>95 % interval of the second AUC, clipped to 0..1.</summary>
    public Interval SecondInterval => Around(SecondAuc, SecondVariance);

    /// <summary>First minus second.</summary>
    public double Difference => FirstAuc - SecondAuc;

    /// <summary>Variance of <see cref="Difference"/>.</summary>
    public double DifferenceVariance
    {
        get
        {
            var variance = FirstVariance + SecondVariance - (2 * Covariance);
            return variance > NoVariance ? variance : 0;
        }
    }

    /// <summary>95 % interval of <see cref="Difference"/>.</summary>
    public Interval DifferenceInterval
    {
        get
        {
            var half = ProportionIntervals.Z95 * Math.Sqrt(DifferenceVariance);
            return new(Difference - half, Difference + half);
        }
    }

    /// <summary>Difference over its standard error; null when that is 0.</summary>
    public double? Z => DifferenceVariance == 0 ? null : Difference / Math.Sqrt(DifferenceVariance);

    /// <summary>Two-sided p-value; without variance 1 for equal areas, else null.</summary>
    public double? P => Z is { } z ? SpecialFunctions.NormalTwoSided(z) : Difference == 0 ? 1 : null;

    /// <summary>Tests; null with fewer than two images on either side, where no variance can be estimated.</summary>
    /// <param name="first">P(positive) by the first model.</param>
    /// <param name="second">P(positive) by the second model, same images.</param>
    /// <param name="positive">Whether the true class is the positive one.</param>
    public static DeLong? Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<bool> positive)
    {
        if (first.Length != positive.Length || second.Length != positive.Length)
            throw new ArgumentException("DeLong's test needs two scores of the same images.", nameof(positive));
        var positives = positive.Count(true);
        if (positives < 2 || positive.Length - positives < 2) return null;
        var (a, b) = (Components(first, positive), Components(second, positive));
        return new()
        {
            FirstAuc = a.Positive.Average(),
            SecondAuc = b.Positive.Average(),
            FirstVariance = Covary(a, a),
            SecondVariance = Covary(b, b),
            Covariance = Covary(a, b),
        };
    }

    private static Interval Around(double auc, double variance)
    {
        var half = ProportionIntervals.Z95 * Math.Sqrt(variance);
        return new(Math.Max(0, auc - half), Math.Min(1, auc + half));
    }

    /// <summary>V10: share of negatives that each positive beats. V01: share of positives that beat each negative.</summary>
    internal static (double[] Positive, double[] Negative) Components(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        List<double> x = [];
        List<double> y = [];
        for (var i = 0; i < scores.Length; i++) (positive[i] ? x : y).Add(scores[i]);
        var (all, own, other) = (Midranks([.. x, .. y]), Midranks([.. x]), Midranks([.. y]));
        var (v10, v01) = (new double[x.Count], new double[y.Count]);
        for (var i = 0; i < v10.Length; i++) v10[i] = (all[i] - own[i]) / y.Count;
        for (var j = 0; j < v01.Length; j++) v01[j] = 1 - ((all[x.Count + j] - other[j]) / x.Count);
        return (v10, v01);
    }

    private static double Covary((double[] Positive, double[] Negative) a, (double[] Positive, double[] Negative) b) =>
        (SampleCovariance(a.Positive, b.Positive) / a.Positive.Length) + (SampleCovariance(a.Negative, b.Negative) / a.Negative.Length);

    private static double SampleCovariance(double[] a, double[] b)
    {
        var (meanA, meanB, sum) = (a.Average(), b.Average(), 0.0);
        for (var i = 0; i < a.Length; i++) sum += (a[i] - meanA) * (b[i] - meanB);
        return sum / (a.Length - 1);
    }

    /// <summary>Ranks from 1, equals sharing the mean of theirs.</summary>
    private static double[] Midranks(double[] values)
    {
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var sorted = (double[])values.Clone();
        Array.Sort(sorted, order);
        var ranks = new double[values.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start]) end++;
            for (var i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2.0;
            start = end;
        }
        return ranks;
    }
}
