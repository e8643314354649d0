namespace MalariaLab.Core.Evaluation;

/// <summary>One bar of a reliability diagram.</summary>
/// <param name="Low">Lower edge, exclusive (0 belongs to the first bin).</param>
/// <param name="High">Upper edge, inclusive.</param>
/// <param name="Count">Images in the bin.</param>
/// <param name="MeanConfidence">Their mean confidence; null for an empty bin.</param>
/// <param name="Accuracy">Share of hits among them; null for an empty bin.</param>
public readonly record struct ReliabilityBin(double Low, double High, int Count, double? MeanConfidence, double? Accuracy);

/// <summary>A reliability diagram and its summary.</summary>
/// <param name="Ece">Expected calibration error, Σ n_b/n |accuracy_b − mean confidence_b|; null without images.</param>
/// <param name="Bins">Bins of equal width over 0..1.</param>
public sealed record Reliability(double? Ece, IReadOnlyList<ReliabilityBin> Bins);

/// <summary>How well stated confidence meets observed frequency.</summary>
public static class Calibration
{
    /// <summary>Bins of a diagram unless asked otherwise.</summary>
    public const int DefaultBins = 15;

    /// <summary>Reliability of any confidence against any event.</summary>
    /// <param name="confidence">Stated probability of the event, 0..1.</param>
    /// <param name="hit">Whether the event happened.</param>
    /// <param name="bins">Number of equal bins; bin b holds edge b &lt; confidence ≤ edge b+1.</param>
    public static Reliability Of(ReadOnlySpan<double> confidence, ReadOnlySpan<bool> hit, int bins = DefaultBins)
    {
        var edges = new double[bins + 1];
        for (var b = 0; b <= bins; b++) edges[b] = (double)b / bins;
        var (count, hits, sum) = (new int[bins], new int[bins], new double[bins]);
        for (var i = 0; i < confidence.Length; i++)
        {
            var at = Array.BinarySearch(edges, confidence[i]);
            var bin = Math.Clamp((at < 0 ? ~at : at) - 1, 0, bins - 1);
            count[bin]++;
            sum[bin] += confidence[i];
            if (hit[i]) hits[bin]++;
        }
        var error = 0.0;
        var result = new ReliabilityBin[bins];
        for (var b = 0; b < bins; b++)
        {
            double? mean = count[b] == 0 ? null : sum[b] / count[b];
            var accuracy = BinaryCounts.Ratio(hits[b], count[b]);
            result[b] = new(edges[b], edges[b + 1], count[b], mean, accuracy);
            if (accuracy - mean is { } gap) error += count[b] * Math.Abs(gap);
        }
        return new(confidence.IsEmpty ? null : error / confidence.Length, result);
    }

    /// <summary>Reliability of the confidence in the predicted class, two classes.</summary>
    /// <param name="scores">P(positive).</param>
    /// <param name="positive">Whether the true class is the positive one.</param>
    /// <param name="threshold">Score ≥ threshold is called positive.</param>
    public static Reliability OfPrediction(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive, double threshold = 0.5)
    {
        var (confidence, right) = (new double[scores.Length], new bool[scores.Length]);
        for (var i = 0; i < scores.Length; i++)
        {
            var called = scores[i] >= threshold;
            confidence[i] = called ? scores[i] : 1 - scores[i];
            right[i] = called == positive[i];
        }
        return Of(confidence, right);
    }

    /// <summary>Reliability of the largest probability of each row, any number of classes.</summary>
    /// <param name="probabilities">[images × classes], row by row.</param>
    /// <param name="truth">True class of each image.</param>
    public static Reliability OfPrediction(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> truth)
    {
        var (confidence, right) = (new double[truth.Length], new bool[truth.Length]);
        for (var i = 0; i < truth.Length; i++)
        {
            var classes = probabilities.Length / truth.Length;
            var row = probabilities.Slice(i * classes, classes);
            var best = MultiClassMetrics.ArgMax(row);
            confidence[i] = row[best];
            right[i] = best == truth[i];
        }
        return Of(confidence, right);
    }
}
