namespace MalariaLab.Core.Evaluation;

/// <summary>One point of a ROC curve.</summary>
/// <param name="FalsePositiveRate">1 − specificity.</param>
/// <param name="TruePositiveRate">Sensitivity.</param>
/// <param name="Threshold">Lowest score that is called positive; null for the point above every score.</param>
public readonly record struct RocPoint(double FalsePositiveRate, double TruePositiveRate, double? Threshold);

/// <summary>One point of a precision-recall curve.</summary>
/// <param name="Recall">Sensitivity.</param>
/// <param name="Precision">Share of right calls among the positive ones.</param>
/// <param name="Threshold">Lowest score that is called positive; null for the closing point.</param>
public readonly record struct PrecisionRecallPoint(double Recall, double Precision, double? Threshold);

/// <summary>ROC curve: (0, 0), then one point a distinct score, descending, none dropped.</summary>
public static class RocCurve
{
    /// <summary>All points, or null unless both classes are there.</summary>
    public static IReadOnlyList<RocPoint>? Of(ScoreRanking ranking)
    {
        if (ranking.Positives == 0 || ranking.Negatives == 0) return null;
        var points = new RocPoint[ranking.Thresholds.Count + 1];
        for (var i = 1; i < points.Length; i++)
        {
            var counts = ranking.AtIndex(i - 1);
            points[i] = new((double)counts.FalsePositives / ranking.Negatives, (double)counts.TruePositives / ranking.Positives, ranking.Thresholds[i - 1]);
        }
        return points;
    }
}

/// <summary>Precision-recall curve: one point a distinct score, ascending, then (recall 0, precision 1).</summary>
public static class PrecisionRecallCurve
{
    /// <summary>All points, or null without positives.</summary>
    public static IReadOnlyList<PrecisionRecallPoint>? Of(ScoreRanking ranking)
    {
        if (ranking.Positives == 0) return null;
        var count = ranking.Thresholds.Count;
        var points = new PrecisionRecallPoint[count + 1];
        for (var i = 0; i < count; i++)
        {
            var counts = ranking.AtIndex(count - 1 - i);
            points[i] = new((double)counts.TruePositives / ranking.Positives, (double)counts.TruePositives / counts.PredictedPositives, ranking.Thresholds[count - 1 - i]);
        }
        points[count] = new(0, 1, null);
        return points;
    }
}
