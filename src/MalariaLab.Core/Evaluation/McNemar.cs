using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Evaluation;

/// <summary>McNemar's test of two classifiers on the same images: do they err equally often?</summary>
public sealed record McNemar
{
    /// <summary>Images that only the first got right.</summary>
    public required int OnlyFirstRight { get; init; }

    /// <summary>Images that only the second got right.</summary>
    public required int OnlySecondRight { get; init; }

    /// <summary>Two-sided exact binomial p-value; 1 without discordant images.</summary>
    public required double ExactP { get; init; }

    /// <summary>Mid-p value, less conservative than the exact one.</summary>
    public required double MidP { get; init; }

    /// <summary>Chi-square with continuity correction; null without discordant images.</summary>
    public required double? ChiSquare { get; init; }

    /// <summary>p-value of <see cref="ChiSquare"/>.</summary>
    public required double? ChiSquareP { get; init; }

    /// <summary>Tests the discordant counts.</summary>
    public static McNemar Of(int onlyFirstRight, int onlySecondRight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirstRight);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecondRight);
        var (n, k) = (onlyFirstRight + onlySecondRight, Math.Min(onlyFirstRight, onlySecondRight));
        var excess = Math.Max(0, Math.Abs(onlyFirstRight - onlySecondRight) - 1);
        double? chiSquare = n == 0 ? null : (double)excess * excess / n;

        // P(X = k) and P(X ≤ k) of Binomial(n, 1/2), downwards from k until the terms no longer count.
        var point = Math.Exp(SpecialFunctions.LogGamma(n + 1) - SpecialFunctions.LogGamma(k + 1) - SpecialFunctions.LogGamma(n - k + 1) - (n * Math.Log(2)));
        var (sum, term) = (point, point);
        for (var i = k; i > 0 && term > sum * 1e-17; i--)
        {
            term *= (double)i / (n - i + 1);
            sum += term;
        }
        return new()
        {
            OnlyFirstRight = onlyFirstRight,
            OnlySecondRight = onlySecondRight,
            ExactP = Math.Min(1, 2 * sum),
            MidP = Math.Min(1, (2 * sum) - point),
            ChiSquare = chiSquare,
            ChiSquareP = chiSquare is { } x ? SpecialFunctions.ChiSquareOneUpperTail(x) : null,
        };
    }

    /// <summary>Counts the discordant images and tests them.</summary>
    /// <param name="truth">True class of each image.</param>
    /// <param name="first">Class that the first classifier predicts.</param>
    /// <param name="second">Class that the second classifier predicts.</param>
    public static McNemar Of(ReadOnlySpan<int> truth, ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (truth.Length != first.Length || truth.Length != second.Length)
            throw new ArgumentException("McNemar's test needs two predictions of the same images.", nameof(truth));
        var (onlyFirst, onlySecond) = (0, 0);
        for (var i = 0; i < truth.Length; i++)
        {
            var (a, b) = (first[i] == truth[i], second[i] == truth[i]);
            if (a && !b) onlyFirst++;
            else if (b && !a) onlySecond++;
        }
        return Of(onlyFirst, onlySecond);
    }
}
