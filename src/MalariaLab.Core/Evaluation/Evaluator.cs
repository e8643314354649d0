namespace MalariaLab.Core.Evaluation;

/// <summary>The one way from stored predictions to figures: worker, pages and exports all come here.</summary>
public static class Evaluator
{
    /// <summary>Computes the report.</summary>
    /// <param name="predictions">2 to 20 classes.</param>
    /// <param name="positive">Index of the positive class; needed with two classes, without meaning with more.</param>
    /// <param name="threshold">Two classes: probability from which on an image is called positive.</param>
    /// <exception cref="ArgumentException">The predictions are malformed, or the positive class is missing; the message says which.</exception>
    public static EvaluationReport Evaluate(Predictions predictions, int? positive, double threshold = 0.5)
    {
        predictions.Validate();
        return predictions.Classes == 2 ? TwoClasses(predictions, RequirePositive(predictions, positive), threshold) : ManyClasses(predictions);
    }

    /// <summary>All figures of a two-class prediction, curves included.</summary>
    public static BinaryMetrics Binary(Predictions predictions, int positive, double threshold = 0.5) =>
        BinaryMetrics.Of(predictions.Scores(positive), predictions.IsClass(positive), threshold);

    /// <summary>All figures class by class.</summary>
    public static MultiClassMetrics MultiClass(Predictions predictions) =>
        MultiClassMetrics.Of(predictions.Labels, predictions.ToDoubles(), predictions.Truth);

    private static int RequirePositive(Predictions predictions, int? positive) => positive is 0 or 1 ? positive.Value
        : throw new ArgumentException($"Say which of {string.Join(" and ", predictions.Labels)} is the positive class.", nameof(positive));

    private static EvaluationReport TwoClasses(Predictions predictions, int positive, double threshold)
    {
        var metrics = Binary(predictions, positive, threshold);
        var counts = metrics.Counts;
        return new()
        {
            N = predictions.Count,
            PositiveClass = predictions.Labels[positive],
            Threshold = threshold,
            Accuracy = counts.Accuracy,
            BalancedAccuracy = counts.BalancedAccuracy,
            Sensitivity = counts.Sensitivity,
            Specificity = counts.Specificity,
            Precision = counts.Precision,
            F1 = counts.F1,
            Mcc = counts.Mcc,
            Auc = metrics.Auc,
            AveragePrecision = metrics.AveragePrecision,
            LogLoss = metrics.LogLoss,
            Brier = metrics.Brier,
            Ece = metrics.Reliability.Ece,
            Confusion = ConfusionMatrix.Count(predictions.Labels, predictions.Truth, predictions.Predicted(positive, threshold)),
        };
    }

    private static EvaluationReport ManyClasses(Predictions predictions)
    {
        var metrics = MultiClass(predictions);
        return new()
        {
            N = predictions.Count,
            PositiveClass = null,
            Threshold = null,
            Accuracy = metrics.Confusion.Accuracy,
            BalancedAccuracy = metrics.BalancedAccuracy,
            Sensitivity = metrics.Macro.Recall,
            Specificity = metrics.MacroSpecificity,
            Precision = metrics.Macro.Precision,
            F1 = metrics.Macro.F1,
            Mcc = metrics.Confusion.Mcc,
            Auc = metrics.AucMacro,
            AveragePrecision = metrics.AveragePrecisionMacro,
            LogLoss = metrics.LogLoss,
            Brier = metrics.Brier,
            Ece = metrics.Reliability.Ece,
            Confusion = metrics.Confusion,
        };
    }
}
