namespace MalariaLab.Core.Evaluation;

/// <summary>Adjusts p-values for the number of comparisons; results stand in the order of the input.</summary>
public static class MultipleComparisons
{
    /// <summary>Holm's step-down (1979), controls the chance of any false claim: max over j ≤ i of min(1, (m − j + 1) p_(j)).</summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var (order, adjusted, largest) = (Ascending(p), new double[p.Count], 0.0);
        for (var j = 0; j < order.Length; j++)
        {
            largest = Math.Max(largest, Math.Min(1, (order.Length - j) * p[order[j]]));
            adjusted[order[j]] = largest;
        }
        return adjusted;
    }

    /// <summary>Benjamini and Hochberg's step-up (1995), controls the share of false claims: min over j ≥ i of min(1, m p_(j) / j).</summary>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p)
    {
        var (order, adjusted, smallest) = (Ascending(p), new double[p.Count], 1.0);
        for (var j = order.Length - 1; j >= 0; j--)
        {
            smallest = Math.Min(smallest, order.Length * p[order[j]] / (j + 1));
            adjusted[order[j]] = smallest;
        }
        return adjusted;
    }

    private static int[] Ascending(IReadOnlyList<double> p) => [.. Enumerable.Range(0, p.Count).OrderBy(i => p[i])];
}
