using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Evaluation;

/// <summary>Confidence intervals of a share of independent images; null for n = 0. Cells of one patient are not independent: see <see cref="ClusterBootstrap"/>.</summary>
public static class ProportionIntervals
{
    /// <summary>Φ⁻¹(0.975), of every 95 % interval.</summary>
    public static double Z95 { get; } = SpecialFunctions.NormalQuantile(0.975);

    /// <summary>Wilson's score interval (1927), 95 %.</summary>
    /// <param name="hits">0..n.</param>
    /// <param name="n">Images.</param>
    public static Interval? Wilson(int hits, int n)
    {
        Require(hits, n);
        if (n == 0) return null;
        var (p, z2) = ((double)hits / n, Z95 * Z95);
        var centre = (p + (z2 / (2 * n))) / (1 + (z2 / n));
        var half = Z95 / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4.0 * n * n)));
        return new(hits == 0 ? 0 : Math.Max(0, centre - half), hits == n ? 1 : Math.Min(1, centre + half));
    }

    /// <summary>Clopper and Pearson's exact interval (1934), 95 %.</summary>
    /// <param name="hits">0..n.</param>
    /// <param name="n">Images.</param>
    public static Interval? ClopperPearson(int hits, int n)
    {
        Require(hits, n);
        if (n == 0) return null;
        return new(
            hits == 0 ? 0 : SpecialFunctions.InverseIncompleteBeta(hits, n - hits + 1, 0.025),
            hits == n ? 1 : SpecialFunctions.InverseIncompleteBeta(hits + 1, n - hits, 0.975));
    }

    private static void Require(int hits, int n)
    {
        if (hits < 0 || hits > n) throw new ArgumentOutOfRangeException(nameof(hits), hits, $"Hits must lie within 0 and {n}.");
    }
}
