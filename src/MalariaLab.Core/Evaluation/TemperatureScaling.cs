namespace MalariaLab.Core.Evaluation;

/// <summary>
/// Temperature scaling (Guo et al. 2017): probabilities become softmax(ln p / T), which changes confidence and never the ranking of the classes.
/// Fit T on validation predictions only.
/// </summary>
public static class TemperatureScaling
{
    // Outside this range a fit says "no finite optimum" (every image right, or none), and a bound is returned.
    private const double Lowest = 0.01;
    private const double Highest = 100;

    /// <summary>The temperature with the least mean −ln P(true class), within 0.01..100; above 1 the model was over-confident.</summary>
    /// <param name="probabilities">[images × classes], row by row.</param>
    /// <param name="truth">True class of each image, at least one.</param>
    public static double Fit(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> truth)
    {
        if (truth.IsEmpty) throw new ArgumentException("Temperature scaling needs at least one validation image.", nameof(truth));
        var logits = new double[probabilities.Length];
        for (var i = 0; i < logits.Length; i++) logits[i] = Logit(probabilities[i]);

        // The loss is convex in 1/T: halve on the sign of its slope, in ln(1/T).
        var (low, high) = (Math.Log(1 / Highest), Math.Log(1 / Lowest));
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (Slope(logits, truth, Math.Exp(middle)) > 0) high = middle;
            else low = middle;
        }
        return Math.Exp(-(low + high) / 2);
    }

    /// <summary>softmax(ln p / T) of each row.</summary>
    /// <param name="probabilities">[images × classes], row by row.</param>
    /// <param name="classes">Classes a row.</param>
    /// <param name="temperature">T &gt; 0.</param>
    public static double[] Apply(ReadOnlySpan<double> probabilities, int classes, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        var result = new double[probabilities.Length];
        for (var i = 0; i < result.Length; i++) result[i] = Logit(probabilities[i]);
        for (var start = 0; start < result.Length; start += classes) Softmax(result.AsSpan(start, classes), 1 / temperature);
        return result;
    }

    private static double Logit(double probability) => Math.Log(Math.Max(probability, ProbabilityScores.Clip));

    /// <summary>d(loss)/d(1/T) = mean over images of Σ_k p_k z_k − z_true.</summary>
    private static double Slope(ReadOnlySpan<double> logits, ReadOnlySpan<int> truth, double inverse)
    {
        var (sum, classes) = (0.0, logits.Length / truth.Length);
        Span<double> row = new double[classes];
        for (var i = 0; i < truth.Length; i++)
        {
            var z = logits.Slice(i * classes, classes);
            z.CopyTo(row);
            Softmax(row, inverse);
            for (var k = 0; k < classes; k++) sum += row[k] * (z[k] - z[truth[i]]);
        }
        return sum;
    }

    private static void Softmax(Span<double> row, double inverse)
    {
        var (largest, sum) = (double.NegativeInfinity, 0.0);
        foreach (var z in row) largest = Math.Max(largest, z);
        for (var k = 0; k < row.Length; k++) sum += row[k] = Math.Exp((row[k] - largest) * inverse);
        for (var k = 0; k < row.Length; k++) row[k] /= sum;
    }
}
