namespace MalariaLab.Web.Components.Charts;

/// <summary>Thins a series for drawing without hiding its extremes.</summary>
public static class Downsampling
{
    /// <summary>Points at most that a browser is given of one series.</summary>
    public const int Limit = 1000;

    /// <summary>
    /// At most <paramref name="limit"/> points: first and last, and of each bucket of neighbours the lowest and the highest in their order.
    /// A bucket without any value becomes one gap.
    /// </summary>
    public static IReadOnlyList<ChartPoint> MinMax(IReadOnlyList<ChartPoint> points, int limit = Limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 4);
        if (points.Count <= limit) return points;
        var buckets = (limit - 2) / 2;
        var inner = points.Count - 2;
        var result = new List<ChartPoint>(limit) { points[0] };
        for (var b = 0; b < buckets; b++)
        {
            var start = 1 + (int)((long)inner * b / buckets);
            var end = 1 + (int)((long)inner * (b + 1) / buckets);
            int low = -1, high = -1;
            for (var i = start; i < end; i++)
            {
                if (points[i].Drawn is not { } y) continue;
                if (low < 0 || y < points[low].Drawn) low = i;
                if (high < 0 || y > points[high].Drawn) high = i;
            }
            if (low < 0) result.Add(new ChartPoint(points[start].X, null));
            else
            {
                result.Add(points[Math.Min(low, high)]);
                if (low != high) result.Add(points[Math.Max(low, high)]);
            }
        }
        result.Add(points[^1]);
        return result;
    }
}
