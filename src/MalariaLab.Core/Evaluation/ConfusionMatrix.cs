using System.Text.Json.Serialization;

namespace MalariaLab.Core.Evaluation;

/// <summary>Counts of (true class, predicted class).</summary>
/// <param name="labels">Class names.</param>
/// <param name="matrix">[truth][prediction], classes × classes.</param>
[method: JsonConstructor]
public sealed class ConfusionMatrix(IReadOnlyList<string> labels, int[][] matrix)
{
    /// <summary>Class names, in class order.</summary>
    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>Counts, [truth][prediction].</summary>
    public int[][] Matrix { get; } = matrix;

    /// <summary>Number of classes.</summary>
    [JsonIgnore]
    public int Classes => Matrix.Length;

    /// <summary>All images.</summary>
    [JsonIgnore]
    public int Total => Matrix.Sum(row => row.Sum());

    /// <summary>Images on the diagonal.</summary>
    [JsonIgnore]
    public int Correct => Enumerable.Range(0, Classes).Sum(k => Matrix[k][k]);

    /// <summary>Share of the diagonal; null without images.</summary>
    [JsonIgnore]
    public double? Accuracy => BinaryCounts.Ratio(Correct, Total);

    /// <summary>
    /// Matthews correlation for any number of classes (Gorodkin's R_K):
    /// (c n − Σ p_k t_k) / √((n² − Σ p_k²)(n² − Σ t_k²)); null when truth or prediction holds one class only.
    /// </summary>
    [JsonIgnore]
    public double? Mcc
    {
        get
        {
            var (n, agreement, truth, predicted) = (Square(Total), 0L, 0L, 0L);
            for (var k = 0; k < Classes; k++)
            {
                agreement += (long)Predicted(k) * Support(k);
                truth += Square(Support(k));
                predicted += Square(Predicted(k));
            }
            var product = (double)(n - predicted) * (n - truth);
            return product == 0 ? null : (((long)Correct * Total) - agreement) / Math.Sqrt(product);
        }
    }

    /// <summary>Cohen's kappa, (po − pe) / (1 − pe); null when chance alone would agree always.</summary>
    [JsonIgnore]
    public double? CohenKappa
    {
        get
        {
            var (n, chance) = (Square(Total), 0L);
            for (var k = 0; k < Classes; k++) chance += (long)Predicted(k) * Support(k);
            return BinaryCounts.Ratio(((long)Correct * Total) - chance, n - chance);
        }
    }

    /// <summary>Counts pairs.</summary>
    /// <param name="labels">Class names.</param>
    /// <param name="truth">True class of each image.</param>
    /// <param name="predicted">Predicted class of each image, in the same order.</param>
    public static ConfusionMatrix Count(IReadOnlyList<string> labels, ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted)
    {
        if (truth.Length != predicted.Length)
            throw new ArgumentException($"{truth.Length} true classes cannot be set against {predicted.Length} predicted ones.", nameof(predicted));
        var matrix = new int[labels.Count][];
        for (var k = 0; k < matrix.Length; k++) matrix[k] = new int[labels.Count];
        for (var i = 0; i < truth.Length; i++) matrix[truth[i]][predicted[i]]++;
        return new(labels, matrix);
    }

    /// <summary>Images whose true class is <paramref name="k"/>.</summary>
    public int Support(int k) => Matrix[k].Sum();

    /// <summary>Images whose predicted class is <paramref name="k"/>.</summary>
    public int Predicted(int k) => Matrix.Sum(row => row[k]);

    /// <summary>Class <paramref name="k"/> as the positive one against all others.</summary>
    public BinaryCounts OneVersusRest(int k)
    {
        var (hit, support, predicted) = (Matrix[k][k], Support(k), Predicted(k));
        return new(hit, predicted - hit, support - hit, Total - support - predicted + hit);
    }

    private static long Square(int value) => (long)value * value;
}
