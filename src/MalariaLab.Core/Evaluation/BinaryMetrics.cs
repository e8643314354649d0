namespace MalariaLab.Core.Evaluation;

/// <summary>Every figure of a two-class prediction; undefined ones are null.</summary>
public sealed record BinaryMetrics
{
    /// <summary>Score ≥ threshold is called positive.</summary>
    public required double Threshold { get; init; }

    /// <summary>The four cells at <see cref="Threshold"/>, and what follows from them.</summary>
    public required BinaryCounts Counts { get; init; }

    /// <summary>All thresholds at once: curves, and the cells at any of them.</summary>
    public required ScoreRanking Ranking { get; init; }

    /// <summary>Mean −ln P(true class), probabilities kept <see cref="ProbabilityScores.Clip"/> off 0 and 1.</summary>
    public required double? LogLoss { get; init; }

    /// <summary>Mean squared error of P(positive).</summary>
    public required double? Brier { get; init; }

    /// <summary>Confidence in the predicted class against the share of right predictions.</summary>
    public required Reliability Reliability { get; init; }

    /// <summary>P(positive) against the share of positives.</summary>
    public required Reliability PositiveReliability { get; init; }

    /// <summary>Area under the ROC curve.</summary>
    public double? Auc => Ranking.AreaUnderRoc;

    /// <summary>Average precision.</summary>
    public double? AveragePrecision => Ranking.AveragePrecision;

    /// <summary>Computes everything.</summary>
    /// <param name="scores">P(positive), 0..1.</param>
    /// <param name="positive">Whether the true class is the positive one, in the same order.</param>
    /// <param name="threshold">Score ≥ threshold is called positive.</param>
    public static BinaryMetrics Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive, double threshold = 0.5)
    {
        var ranking = ScoreRanking.Of(scores, positive);
        return new()
        {
            Threshold = threshold,
            Ranking = ranking,
            Counts = ranking.At(threshold),
            LogLoss = ProbabilityScores.LogLoss(scores, positive),
            Brier = ProbabilityScores.Brier(scores, positive),
            Reliability = Calibration.OfPrediction(scores, positive, threshold),
            PositiveReliability = Calibration.Of(scores, positive),
        };
    }
}
