namespace MalariaLab.Core.Evaluation;

/// <summary>
/// Area under the ROC curve of images that come in groups (patients), with the variance of Obuchowski (1997): the placement values of DeLong are summed
/// within each group, so that a patient of many images counts as one witness. With one image a group it is DeLong's variance.
/// </summary>
/// <param name="Auc">The area.</param>
/// <param name="Variance">Its variance; null with fewer than two groups on either side.</param>
public sealed record ClusteredAuc(double Auc, double? Variance)
{
    /// <summary>95 % interval, clipped to 0..1.</summary>
    public Interval? Interval => Variance is { } variance
        ? new(Math.Max(0, Auc - (ProportionIntervals.Z95 * Math.Sqrt(variance))), Math.Min(1, Auc + (ProportionIntervals.Z95 * Math.Sqrt(variance))))
        : null;

    /// <summary>Estimates; null unless both classes are there.</summary>
    /// <param name="scores">Score of the positive class.</param>
    /// <param name="positive">Whether the true class is the positive one.</param>
    /// <param name="groups">Number of each image's group, from 0.</param>
    public static ClusteredAuc? Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive, ReadOnlySpan<int> groups)
    {
        if (scores.Length != positive.Length || scores.Length != groups.Length) throw new ArgumentException("Scores, labels and groups are of different lengths.", nameof(groups));
        var positives = positive.Count(true);
        var negatives = positive.Length - positives;
        if (positives == 0 || negatives == 0) return null;
        var (v10, v01) = DeLong.Components(scores, positive);
        var auc = v10.Average();
        var count = 0;
        foreach (var group in groups) count = Math.Max(count, group + 1);
        // Deviations of the placement values from the area, summed a group and side.
        var (ofPositives, ofNegatives, hasPositive, hasNegative) = (new double[count], new double[count], new bool[count], new bool[count]);
        for (int i = 0, p = 0, n = 0; i < positive.Length; i++)
        {
            if (positive[i]) (ofPositives[groups[i]], hasPositive[groups[i]]) = (ofPositives[groups[i]] + v10[p++] - auc, true);
            else (ofNegatives[groups[i]], hasNegative[groups[i]]) = (ofNegatives[groups[i]] + v01[n++] - auc, true);
        }
        var (i10, i01, all) = (hasPositive.Count(there => there), hasNegative.Count(there => there), Enumerable.Range(0, count).Count(g => hasPositive[g] || hasNegative[g]));
        if (i10 < 2 || i01 < 2) return new(auc, null);
        double s10 = 0, s01 = 0, s11 = 0;
        for (var g = 0; g < count; g++)
        {
            s10 += ofPositives[g] * ofPositives[g];
            s01 += ofNegatives[g] * ofNegatives[g];
            s11 += ofPositives[g] * ofNegatives[g];
        }
        double m = positives, k = negatives;
        var variance = (s10 * i10 / (i10 - 1.0) / (m * m)) + (s01 * i01 / (i01 - 1.0) / (k * k)) + (2 * s11 * all / (all - 1.0) / (m * k));
        return new(auc, Math.Max(variance, 0));
    }
}
