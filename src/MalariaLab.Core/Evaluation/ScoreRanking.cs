namespace MalariaLab.Core.Evaluation;

/// <summary>
/// Scores sorted once: the distinct ones in descending order, each with the true and false positives at "score ≥ threshold".
/// Every curve comes from it, and the counts at any threshold in O(log n).
/// </summary>
public sealed class ScoreRanking
{
    private readonly double[] thresholds;
    private readonly int[] truePositives;
    private readonly int[] falsePositives;

    private ScoreRanking(double[] thresholds, int[] truePositives, int[] falsePositives)
    {
        this.thresholds = thresholds;
        this.truePositives = truePositives;
        this.falsePositives = falsePositives;
        if (thresholds.Length == 0) return;
        Positives = truePositives[^1];
        Negatives = falsePositives[^1];
    }

    /// <summary>Distinct scores, descending.</summary>
    public IReadOnlyList<double> Thresholds => thresholds;

    /// <summary>Images whose true class is the positive one.</summary>
    public int Positives { get; }

    /// <summary>All others.</summary>
    public int Negatives { get; }

    /// <summary>
    /// Area under the ROC curve: share of (positive, negative) pairs in which the positive scores higher, a tie counting one half;
    /// null unless both classes are there.
    /// </summary>
    public double? AreaUnderRoc
    {
        get
        {
            // Twice the won pairs, so that ties stay whole numbers.
            long won = 0;
            var (tp, fp) = (0, 0);
            for (var i = 0; i < thresholds.Length; i++)
            {
                won += (falsePositives[i] - fp) * ((long)tp + truePositives[i]);
                (tp, fp) = (truePositives[i], falsePositives[i]);
            }
            return BinaryCounts.Ratio(won, 2L * Positives * Negatives);
        }
    }

    /// <summary>Average precision: Σ (recall_i − recall_(i−1)) precision_i over descending thresholds, no interpolation; null without positives.</summary>
    public double? AveragePrecision
    {
        get
        {
            if (Positives == 0) return null;
            var (sum, tp) = (0.0, 0);
            for (var i = 0; i < thresholds.Length; i++)
            {
                sum += (double)(truePositives[i] - tp) * truePositives[i] / (truePositives[i] + falsePositives[i]);
                tp = truePositives[i];
            }
            return sum / Positives;
        }
    }

    /// <summary>Sorts.</summary>
    /// <param name="scores">Score of the positive class, any finite numbers.</param>
    /// <param name="positive">Whether the image's true class is the positive one, in the same order.</param>
    /// <exception cref="ArgumentException">Different lengths, or a score is not a number.</exception>
    public static ScoreRanking Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length)
            throw new ArgumentException($"{scores.Length} scores cannot be set against {positive.Length} labels.", nameof(positive));
        var sorted = scores.ToArray();
        var labels = positive.ToArray();
        Array.Sort(sorted, labels);
        if (sorted.Length > 0 && double.IsNaN(sorted[0])) throw new ArgumentException("A score is not a number.", nameof(scores));

        List<double> thresholds = [];
        List<int> tps = [];
        List<int> fps = [];
        var (tp, fp) = (0, 0);
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            if (labels[i]) tp++;
            else fp++;
            if (i > 0 && sorted[i - 1] == sorted[i]) continue;
            thresholds.Add(sorted[i]);
            tps.Add(tp);
            fps.Add(fp);
        }
        return new([.. thresholds], [.. tps], [.. fps]);
    }

    /// <summary>The four cells when score ≥ <paramref name="threshold"/> is called positive; O(log n).</summary>
    public BinaryCounts At(double threshold)
    {
        // First index whose score lies below the threshold.
        var (low, high) = (0, thresholds.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (thresholds[middle] >= threshold) low = middle + 1;
            else high = middle;
        }
        return AtIndex(low - 1);
    }

    /// <summary>The four cells at <c>Thresholds[index]</c>; −1 lies above every score.</summary>
    public BinaryCounts AtIndex(int index)
    {
        var (tp, fp) = index < 0 ? (0, 0) : (truePositives[index], falsePositives[index]);
        return new(tp, fp, Positives - tp, Negatives - fp);
    }
}
