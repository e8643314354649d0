namespace MalariaLab.Core.Evaluation;

/// <summary>Proper scores of probabilities: lower is better. All are null without images.</summary>
public static class ProbabilityScores
{
    /// <summary>Probabilities are kept this far from 0 and 1 before their logarithm is taken.</summary>
    public const double Clip = 1e-7;

    /// <summary>Mean of −ln P(true class), two classes.</summary>
    /// <param name="scores">P(positive).</param>
    /// <param name="positive">Whether the true class is the positive one.</param>
    public static double? LogLoss(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            var q = Math.Clamp(scores[i], Clip, 1 - Clip);
            sum -= Math.Log(positive[i] ? q : 1 - q);
        }
        return scores.IsEmpty ? null : sum / scores.Length;
    }

    /// <summary>Mean of −ln P(true class), any number of classes.</summary>
    /// <param name="probabilities">[images × classes], row by row.</param>
    /// <param name="truth">True class of each image.</param>
    public static double? LogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> truth)
    {
        if (truth.IsEmpty) return null;
        var (sum, classes) = (0.0, probabilities.Length / truth.Length);
        for (var i = 0; i < truth.Length; i++)
            sum -= Math.Log(Math.Clamp(probabilities[(i * classes) + truth[i]], Clip, 1 - Clip));
        return sum / truth.Length;
    }

    /// <summary>Mean of (P(positive) − y)², two classes.</summary>
    /// <param name="scores">P(positive).</param>
    /// <param name="positive">Whether the true class is the positive one.</param>
    public static double? Brier(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            var error = scores[i] - (positive[i] ? 1 : 0);
            sum += error * error;
        }
        return scores.IsEmpty ? null : sum / scores.Length;
    }

    /// <summary>Mean over images of Σ_k (p_k − y_k)², not halved, any number of classes.</summary>
    /// <param name="probabilities">[images × classes], row by row.</param>
    /// <param name="truth">True class of each image.</param>
    public static double? Brier(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> truth)
    {
        if (truth.IsEmpty) return null;
        var (sum, classes) = (0.0, probabilities.Length / truth.Length);
        for (var i = 0; i < truth.Length; i++)
            for (var k = 0; k < classes; k++)
            {
                var error = probabilities[(i * classes) + k] - (truth[i] == k ? 1 : 0);
                sum += error * error;
            }
        return sum / truth.Length;
    }
}
