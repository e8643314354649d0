using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Evaluation;

/// <summary>One figure over runs that differ in their seed alone.</summary>
public sealed record SeedSummary
{
    /// <summary>Number of runs, at least 1.</summary>
    public required int N { get; init; }

    /// <summary>Mean.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation with divisor n − 1; null for one run.</summary>
    public required double? StandardDeviation { get; init; }

    /// <summary>Smallest value.</summary>
    public required double Min { get; init; }

    /// <summary>Largest value.</summary>
    public required double Max { get; init; }

    /// <summary>Standard deviation of the mean; null for one run.</summary>
    public double? StandardError => StandardDeviation / Math.Sqrt(N);

    /// <summary>Student's quantile at 0.975 with n − 1 degrees of freedom; null for one run.</summary>
    public double? StudentQuantile => N < 2 ? null : SpecialFunctions.StudentQuantile(0.975, N - 1);

    /// <summary>95 % interval of the mean; null for one run.</summary>
    public Interval? MeanInterval => StudentQuantile * StandardError is { } half ? new(Mean - half, Mean + half) : null;

    /// <summary>Summarises; null without values.</summary>
    public static SeedSummary? Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return null;
        var mean = values.Average();
        return new()
        {
            N = values.Count,
            Mean = mean,
            StandardDeviation = values.Count < 2 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)),
            Min = values.Min(),
            Max = values.Max(),
        };
    }

    /// <summary>
    /// 95 % interval of this mean minus the other's (Welch 1947); null unless both have two runs. When it holds 0, the difference lies
    /// within the noise of the seeds.
    /// </summary>
    public Interval? DifferenceInterval(SeedSummary other)
    {
        if (StandardError is not { } a || other.StandardError is not { } b) return null;
        var (difference, variance) = (Mean - other.Mean, (a * a) + (b * b));
        if (variance == 0) return new(difference, difference);
        var freedom = variance * variance / ((Math.Pow(a, 4) / (N - 1)) + (Math.Pow(b, 4) / (other.N - 1)));
        var half = SpecialFunctions.StudentQuantile(0.975, freedom) * Math.Sqrt(variance);
        return new(difference - half, difference + half);
    }
}
