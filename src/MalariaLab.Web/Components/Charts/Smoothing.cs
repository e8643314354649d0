namespace MalariaLab.Web.Components.Charts;

/// <summary>Exponential moving average without a bias towards zero.</summary>
public static class Smoothing
{
    /// <summary>
    /// The average over all points so far, each counting <paramref name="weight"/> times as much as its successor, divided by the sum of the
    /// weights (the correction of Kingma and Ba 2015): the first points are not drawn towards zero, nor do they weigh more than others.
    /// Points without a value stay gaps and count for nothing.
    /// </summary>
    /// <param name="points">Points in order.</param>
    /// <param name="weight">0 (as it is) up to below 1.</param>
    public static IReadOnlyList<ChartPoint> Ema(IReadOnlyList<ChartPoint> points, double weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(weight, 1);
        if (weight == 0) return points;
        double sum = 0, weights = 0;
        var smooth = new ChartPoint[points.Count];
        for (var i = 0; i < smooth.Length; i++)
        {
            if (points[i].Drawn is not { } y)
            {
                smooth[i] = points[i] with { Y = null };
                continue;
            }
            sum = (weight * sum) + y;
            weights = (weight * weights) + 1;
            smooth[i] = new(points[i].X, sum / weights);
        }
        return smooth;
    }
}
