namespace MalariaLab.Core.Evaluation;

/// <summary>
/// The figures of one run on one part of its split; undefined ones are null. With two classes they speak of the positive class at the
/// threshold; with more they are plain means over the classes, one against the rest, and <see cref="PositiveClass"/> is null.
/// </summary>
public sealed record EvaluationReport
{
    /// <summary>Number of images.</summary>
    public required int N { get; init; }

    /// <summary>Name of the positive class; null with more than two classes.</summary>
    public required string? PositiveClass { get; init; }

    /// <summary>Score from which on an image is called positive; null with more than two classes.</summary>
    public required double? Threshold { get; init; }

    /// <summary>Share of right predictions.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Mean recall of the classes.</summary>
    public required double? BalancedAccuracy { get; init; }

    /// <summary>Recall.</summary>
    public required double? Sensitivity { get; init; }

    /// <summary>Recall of the others.</summary>
    public required double? Specificity { get; init; }

    /// <summary>Share of right ones among the positive calls.</summary>
    public required double? Precision { get; init; }

    /// <summary>Harmonic mean of precision and sensitivity.</summary>
    public required double? F1 { get; init; }

    /// <summary>Matthews correlation.</summary>
    public required double? Mcc { get; init; }

    /// <summary>Area under the ROC curve.</summary>
    public required double? Auc { get; init; }

    /// <summary>Average precision.</summary>
    public required double? AveragePrecision { get; init; }

    /// <summary>Mean −ln P(true class).</summary>
    public required double? LogLoss { get; init; }

    /// <summary>Brier score; with two classes the mean squared error of P(positive).</summary>
    public required double? Brier { get; init; }

    /// <summary>Expected calibration error of the predicted class, 15 bins.</summary>
    public required double? Ece { get; init; }

    /// <summary>Counts of (truth, prediction).</summary>
    public required ConfusionMatrix Confusion { get; init; }
}
