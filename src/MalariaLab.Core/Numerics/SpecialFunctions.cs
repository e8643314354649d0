namespace MalariaLab.Core.Numerics;

/// <summary>The distribution functions that the statistics need, in double precision (absolute error below 1e-10 for counts up to a million).</summary>
public static class SpecialFunctions
{
    private const double Tiny = 1e-300;
    private const double Epsilon = 1e-16;

    /// <summary>ln Γ(x), x &gt; 0: Stirling's series after shifting x beyond 15.</summary>
    public static double LogGamma(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        var shift = 1.0;
        for (; x < 15; x++) shift *= x;
        var inverse = 1 / (x * x);
        var series = ((((((((-3617.0 / 122400 * inverse) + (1.0 / 156)) * inverse) - (691.0 / 360360)) * inverse) + (1.0 / 1188)) * inverse) - (1.0 / 1680)) * inverse;
        series = ((((series + (1.0 / 1260)) * inverse) - (1.0 / 360)) * inverse) + (1.0 / 12);
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x) - Math.Log(shift);
    }

    /// <summary>I_x(a, b), the regularised incomplete beta function: the cumulative distribution of Beta(a, b) at x.</summary>
    public static double IncompleteBeta(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        // The continued fraction converges fast on this side of the mean; the other side follows by symmetry.
        return x < (a + 1) / (a + b + 2) ? front * BetaFraction(a, b, x) / a : 1 - (front * BetaFraction(b, a, 1 - x) / b);
    }

    /// <summary>The x with I_x(a, b) = p.</summary>
    public static double InverseIncompleteBeta(double a, double b, double p)
    {
        if (p <= 0) return 0;
        if (p >= 1) return 1;
        var (low, high, x) = (0.0, 1.0, a / (a + b));
        var logBeta = LogGamma(a) + LogGamma(b) - LogGamma(a + b);
        for (var step = 0; step < 300; step++)
        {
            var error = IncompleteBeta(a, b, x) - p;
            if (error > 0) high = x;
            else low = x;
            var density = Math.Exp(((a - 1) * Math.Log(x)) + ((b - 1) * Math.Log(1 - x)) - logBeta);
            // Newton where it stays inside the bracket, else halve.
            var next = x - (error / density);
            if (!(next > low && next < high)) next = (low + high) / 2;
            if (Math.Abs(next - x) <= 1e-15 * next) return next;
            x = next;
        }
        return x;
    }

    /// <summary>Complementary error function: the series of erf below 2.5, else Lentz's continued fraction.</summary>
    public static double Erfc(double x)
    {
        if (x < 0) return 2 - Erfc(-x);
        var gauss = Math.Exp(-x * x) / Math.Sqrt(Math.PI);
        if (x < 2.5)
        {
            var (term, sum) = (2 * x, 2 * x);
            for (var n = 1; term > Epsilon * sum; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }
            return 1 - (gauss * sum);
        }
        // erfc(x) √π e^(x²) = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …))))
        var tail = x;
        for (var n = 120; n >= 1; n--) tail = x + (n / 2.0 / tail);
        return gauss / tail;
    }

    /// <summary>Φ(x), the standard normal distribution.</summary>
    public static double NormalCdf(double x) => 0.5 * Erfc(-x / Math.Sqrt(2));

    /// <summary>Two-sided p-value of a standard normal statistic.</summary>
    public static double NormalTwoSided(double z) => Erfc(Math.Abs(z) / Math.Sqrt(2));

    /// <summary>Upper tail of the chi-square distribution with one degree of freedom.</summary>
    public static double ChiSquareOneUpperTail(double x) => x <= 0 ? 1 : Erfc(Math.Sqrt(x / 2));

    /// <summary>The x with Φ(x) = p, 0 &lt; p &lt; 1.</summary>
    public static double NormalQuantile(double p)
    {
        RequireProbability(p);
        if (p > 0.5) return -NormalQuantile(1 - p);
        // Hastings' start (26.2.23 of Abramowitz and Stegun, error below 4.5e-4), then Halley's steps to full precision.
        var t = Math.Sqrt(-2 * Math.Log(p));
        var x = (((((0.010328 * t) + 0.802853) * t) + 2.515517) / ((((((0.001308 * t) + 0.189269) * t) + 1.432788) * t) + 1)) - t;
        for (var step = 0; step < 3; step++)
        {
            var newton = (NormalCdf(x) - p) * Math.Sqrt(2 * Math.PI) * Math.Exp(x * x / 2);
            x -= newton / (1 + (x * newton / 2));
        }
        return x;
    }

    /// <summary>Quantile of Student's t distribution, 0 &lt; p &lt; 1; the degrees of freedom may be fractional.</summary>
    public static double StudentQuantile(double p, double degreesOfFreedom)
    {
        RequireProbability(p);
        if (p < 0.5) return -StudentQuantile(1 - p, degreesOfFreedom);
        // t² / (ν + t²) is Beta(1/2, ν/2).
        var y = InverseIncompleteBeta(0.5, degreesOfFreedom / 2, (2 * p) - 1);
        return Math.Sqrt(degreesOfFreedom * y / (1 - y));
    }

    private static void RequireProbability(double p)
    {
        if (!(p > 0 && p < 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "A quantile needs a probability between 0 and 1.");
    }

    /// <summary>Continued fraction of I_x (Numerical Recipes 6.4.5) by Lentz's method; needs about √max(a, b) terms.</summary>
    private static double BetaFraction(double a, double b, double x)
    {
        var c = 1.0;
        var d = 1 / Guard(1 - ((a + b) * x / (a + 1)));
        var fraction = d;
        for (var m = 1; m < 100_000; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / Guard(1 + (even * d));
            c = Guard(1 + (even / c));
            fraction *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / Guard(1 + (odd * d));
            c = Guard(1 + (odd / c));
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < Epsilon * 4) break;
        }
        return fraction;
    }

    private static double Guard(double value) => Math.Abs(value) < Tiny ? Tiny : value;
}
