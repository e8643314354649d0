namespace MalariaLab.Core.Evaluation;

/// <summary>A threshold and what it gives on the data it was chosen on.</summary>
/// <param name="Threshold">Score ≥ threshold is called positive.</param>
/// <param name="Counts">The four cells there.</param>
public sealed record OperatingPoint(double Threshold, BinaryCounts Counts);

/// <summary>Chooses a threshold among the distinct scores. Choose on validation data, then apply to the test set with <see cref="ScoreRanking.At"/>.</summary>
public static class Thresholds
{
    /// <summary>Largest sensitivity + specificity − 1, of equals the highest threshold; null unless both classes are there.</summary>
    public static OperatingPoint? Youden(ScoreRanking ranking)
    {
        if (ranking.Positives == 0 || ranking.Negatives == 0) return null;
        var (best, bestIndex) = (long.MinValue, -1);
        for (var i = 0; i < ranking.Thresholds.Count; i++)
        {
            var counts = ranking.AtIndex(i);
            // J times positives times negatives: whole numbers, so that equals are equal.
            var gain = ((long)counts.TruePositives * ranking.Negatives) - ((long)counts.FalsePositives * ranking.Positives);
            if (gain > best) (best, bestIndex) = (gain, i);
        }
        return Point(ranking, bestIndex);
    }

    /// <summary>
    /// Highest specificity with sensitivity ≥ <paramref name="sensitivity"/>, of equals the higher sensitivity;
    /// null unless both classes are there.
    /// </summary>
    public static OperatingPoint? SensitivityAtLeast(ScoreRanking ranking, double sensitivity)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sensitivity, 1);
        if (ranking.Positives == 0 || ranking.Negatives == 0) return null;
        var index = 0;
        while (ranking.AtIndex(index).Sensitivity < sensitivity) index++;
        while (index + 1 < ranking.Thresholds.Count && ranking.AtIndex(index + 1).FalsePositives == ranking.AtIndex(index).FalsePositives) index++;
        return Point(ranking, index);
    }

    private static OperatingPoint Point(ScoreRanking ranking, int index) => new(ranking.Thresholds[index], ranking.AtIndex(index));
}
