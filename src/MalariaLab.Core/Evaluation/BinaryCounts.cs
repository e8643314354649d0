namespace MalariaLab.Core.Evaluation;

/// <summary>The four cells of a two-class decision and every figure that follows from them alone; an undefined figure is null, never 0.</summary>
/// <param name="TruePositives">Positive images called positive.</param>
/// <param name="FalsePositives">Negative images called positive.</param>
/// <param name="FalseNegatives">Positive images called negative.</param>
/// <param name="TrueNegatives">Negative images called negative.</param>
public readonly record struct BinaryCounts(int TruePositives, int FalsePositives, int FalseNegatives, int TrueNegatives)
{
    /// <summary>All images.</summary>
    public int Total => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

    /// <summary>Images whose true class is the positive one.</summary>
    public int Positives => TruePositives + FalseNegatives;

    /// <summary>Images whose true class is another one.</summary>
    public int Negatives => TrueNegatives + FalsePositives;

    /// <summary>Images called positive.</summary>
    public int PredictedPositives => TruePositives + FalsePositives;

    /// <summary>Images called negative.</summary>
    public int PredictedNegatives => TrueNegatives + FalseNegatives;

    /// <summary>(tp + tn) / n; null without images.</summary>
    public double? Accuracy => Ratio(TruePositives + TrueNegatives, Total);

    /// <summary>Recall, tp / (tp + fn); null without positives.</summary>
    public double? Sensitivity => Ratio(TruePositives, Positives);

    /// <summary>tn / (tn + fp); null without negatives.</summary>
    public double? Specificity => Ratio(TrueNegatives, Negatives);

    /// <summary>Positive predictive value in this sample, tp / (tp + fp); null when nothing is called positive.</summary>
    public double? Precision => Ratio(TruePositives, PredictedPositives);

    /// <summary>Negative predictive value in this sample, tn / (tn + fn); null when nothing is called negative.</summary>
    public double? NegativePredictiveValue => Ratio(TrueNegatives, PredictedNegatives);

    /// <summary>Mean of sensitivity and specificity; null unless both classes are there.</summary>
    public double? BalancedAccuracy => (Sensitivity + Specificity) / 2;

    /// <summary>Youden's J, sensitivity + specificity − 1; null unless both classes are there.</summary>
    public double? YoudenJ => Sensitivity + Specificity - 1;

    /// <summary>2tp / (2tp + fp + fn); null when there is neither a positive nor a call of one.</summary>
    public double? F1 => Ratio(2 * TruePositives, (2 * TruePositives) + FalsePositives + FalseNegatives);

    /// <summary>Matthews correlation; null when truth or prediction holds one class only.</summary>
    public double? Mcc
    {
        get
        {
            var product = (double)PredictedPositives * Positives * Negatives * PredictedNegatives;
            return product == 0 ? null : (((double)TruePositives * TrueNegatives) - ((double)FalsePositives * FalseNegatives)) / Math.Sqrt(product);
        }
    }

    /// <summary>Positive predictive value where a share <paramref name="prevalence"/> of the tested is positive (Bayes); null where undefined.</summary>
    public double? PositivePredictiveValueAt(double prevalence) =>
        Share(Sensitivity * prevalence, (1 - Specificity) * (1 - prevalence));

    /// <summary>Negative predictive value where a share <paramref name="prevalence"/> of the tested is positive (Bayes); null where undefined.</summary>
    public double? NegativePredictiveValueAt(double prevalence) =>
        Share(Specificity * (1 - prevalence), (1 - Sensitivity) * prevalence);

    internal static double? Ratio(long part, long whole) => whole == 0 ? null : (double)part / whole;

    private static double? Share(double? right, double? wrong) => right + wrong > 0 ? right / (right + wrong) : null;
}
