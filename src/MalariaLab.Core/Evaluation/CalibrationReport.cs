namespace MalariaLab.Core.Evaluation;

/// <summary>How far stated probabilities can be believed.</summary>
public sealed record CalibrationReport
{
    /// <summary>P(one class) against how often it was the true one.</summary>
    public required Reliability OfClass { get; init; }

    /// <summary>Expected calibration error of the predicted class, as in the <see cref="EvaluationReport"/>.</summary>
    public required double? Ece { get; init; }

    /// <summary>Brier score, as in the <see cref="EvaluationReport"/>.</summary>
    public required double? Brier { get; init; }

    /// <summary>Mean −ln P(true class).</summary>
    public required double? LogLoss { get; init; }

    /// <summary>Measures.</summary>
    /// <param name="predictions">2 to 20 classes.</param>
    /// <param name="of">The class whose reliability is drawn.</param>
    /// <param name="temperature">Probabilities are scaled first; 1 leaves them as they are. Fit it on other images, see <see cref="TemperatureScaling"/>.</param>
    public static CalibrationReport Of(Predictions predictions, int of, double temperature = 1)
    {
        var (classes, truth) = (predictions.Classes, predictions.Truth);
        var probabilities = temperature == 1 ? predictions.ToDoubles() : TemperatureScaling.Apply(predictions.ToDoubles(), classes, temperature);
        var scores = new double[truth.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = probabilities[(i * classes) + of];
        var positive = predictions.IsClass(of);
        return new()
        {
            OfClass = Calibration.Of(scores, positive),
            Ece = Calibration.OfPrediction(probabilities, truth).Ece,
            Brier = classes == 2 ? ProbabilityScores.Brier(scores, positive) : ProbabilityScores.Brier(probabilities, truth),
            LogLoss = ProbabilityScores.LogLoss(probabilities, truth),
        };
    }
}
