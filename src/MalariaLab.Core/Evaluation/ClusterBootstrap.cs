using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Evaluation;

/// <summary>
/// Bootstrap over groups (patients): draws as many groups as there are, with replacement, and pools their images, a group drawn twice
/// counting twice. Scores are sorted once; a resample only changes the weight of each group, so it costs one pass over the images.
/// </summary>
public sealed class ClusterBootstrap
{
    /// <summary>Resamples unless asked otherwise.</summary>
    public const int DefaultResamples = 2000;

    private readonly IReadOnlyList<string> labels;
    private readonly int? positive;
    private readonly int[][] confusionOfGroup;
    private readonly Ranked[][] rankings;

    /// <summary>Prepares the predictions.</summary>
    /// <param name="predictions">2 to 20 classes.</param>
    /// <param name="positive">Index of the positive class; needed with two classes.</param>
    /// <param name="threshold">Two classes: probability from which on an image is called positive.</param>
    public ClusterBootstrap(Predictions predictions, int? positive, double threshold = 0.5)
    {
        predictions.Validate();
        labels = predictions.Labels;
        this.positive = predictions.Classes == 2 ? positive : null;
        var group = NumberGroups(predictions);
        var (classes, predicted) = (predictions.Classes, predictions.Predicted(positive, threshold));
        confusionOfGroup = new int[group.Length == 0 ? 0 : group.Max() + 1][];
        for (var g = 0; g < confusionOfGroup.Length; g++) confusionOfGroup[g] = new int[classes * classes];
        for (var i = 0; i < group.Length; i++) confusionOfGroup[group[i]][(predictions.Truth[i] * classes) + predicted[i]]++;
        IEnumerable<int> ranked = this.positive is { } one ? [one] : Enumerable.Range(0, classes);
        rankings = [.. ranked.Select(k => Rank(predictions, k, group))];
    }

    /// <summary>Number of groups.</summary>
    public int Groups => confusionOfGroup.Length;

    /// <summary>Intervals from resamples drawn by this seed; the same seed gives the same intervals everywhere.</summary>
    public BootstrapIntervals Intervals(long seed, int resamples = DefaultResamples)
    {
        var random = new DeterministicRandom(seed);
        var (weights, figures) = (new int[Groups], new BootstrapFigures[resamples]);
        for (var r = 0; r < resamples; r++)
        {
            Array.Clear(weights);
            for (var draw = 0; draw < Groups; draw++) weights[random.Next(Groups)]++;
            figures[r] = Figures(weights);
        }
        return Summarise(figures);
    }

    /// <summary>Figures of one resample.</summary>
    /// <param name="drawn">Group numbers, in order of first appearance, any of them any number of times.</param>
    public BootstrapFigures Resample(ReadOnlySpan<int> drawn)
    {
        var weights = new int[Groups];
        foreach (var group in drawn) weights[group]++;
        return Figures(weights);
    }

    /// <summary>Intervals from resamples that were drawn elsewhere.</summary>
    public BootstrapIntervals Summarise(IReadOnlyList<BootstrapFigures> resamples)
    {
        var weights = new int[Groups];
        Array.Fill(weights, 1);
        var estimate = Figures(weights);
        BootstrapInterval Of(Func<BootstrapFigures, double?> figure) => BootstrapInterval.Of(estimate, resamples, Groups > 1, figure);
        return new()
        {
            Groups = Groups,
            Accuracy = Of(f => f.Accuracy),
            BalancedAccuracy = Of(f => f.BalancedAccuracy),
            Sensitivity = Of(f => f.Sensitivity),
            Specificity = Of(f => f.Specificity),
            Precision = Of(f => f.Precision),
            F1 = Of(f => f.F1),
            Mcc = Of(f => f.Mcc),
            Auc = Of(f => f.Auc),
        };
    }

    private static int[] NumberGroups(Predictions predictions)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var (group, next) = (new int[predictions.Count], 0);
        for (var i = 0; i < group.Length; i++)
        {
            var key = predictions.Groups.Count == 0 ? null : predictions.Groups[i];
            if (key is null) group[i] = next++;
            else if (numbers.TryGetValue(key, out var known)) group[i] = known;
            else group[i] = numbers[key] = next++;
        }
        return group;
    }

    private static Ranked[] Rank(Predictions predictions, int k, int[] group)
    {
        var scores = predictions.Scores(k);
        var order = Enumerable.Range(0, scores.Length).ToArray();
        Array.Sort(scores, order);
        return [.. order.Select((image, at) =>
            new Ranked(group[image], predictions.Truth[image] == k, at + 1 == scores.Length || scores[at + 1] != scores[at]))];
    }

    private BootstrapFigures Figures(int[] weights)
    {
        var matrix = Confusion(weights);
        double? auc = 0;
        foreach (var ranking in rankings) auc += Auc(ranking, weights);
        auc /= rankings.Length;
        if (positive is { } one)
        {
            var counts = matrix.OneVersusRest(one);
            return new(counts.Accuracy, counts.BalancedAccuracy, counts.Sensitivity, counts.Specificity, counts.Precision, counts.F1, counts.Mcc, auc);
        }
        double? Mean(Func<BinaryCounts, double?> figure)
        {
            double? sum = 0;
            for (var k = 0; k < labels.Count; k++) sum += figure(matrix.OneVersusRest(k));
            return sum / labels.Count;
        }
        var recall = Mean(c => c.Sensitivity);
        return new(matrix.Accuracy, recall, recall, Mean(c => c.Specificity), Mean(c => c.Precision), Mean(c => c.F1), matrix.Mcc, auc);
    }

    private ConfusionMatrix Confusion(int[] weights)
    {
        var classes = labels.Count;
        var matrix = new int[classes][];
        for (var t = 0; t < classes; t++) matrix[t] = new int[classes];
        for (var g = 0; g < weights.Length; g++)
            for (var cell = 0; weights[g] > 0 && cell < classes * classes; cell++)
                matrix[cell / classes][cell % classes] += weights[g] * confusionOfGroup[g][cell];
        return new(labels, matrix);
    }

    private static double? Auc(Ranked[] ascending, int[] weights)
    {
        // Twice the won pairs, so that ties stay whole numbers.
        var (won, below, above, tiedBelow, tiedAbove) = (0L, 0L, 0L, 0L, 0L);
        foreach (var image in ascending)
        {
            if (image.Positive) tiedAbove += weights[image.Group];
            else tiedBelow += weights[image.Group];
            if (!image.LastOfTie) continue;
            won += tiedAbove * ((2 * below) + tiedBelow);
            below += tiedBelow;
            above += tiedAbove;
            (tiedBelow, tiedAbove) = (0, 0);
        }
        return BinaryCounts.Ratio(won, 2 * below * above);
    }

    private readonly record struct Ranked(int Group, bool Positive, bool LastOfTie);
}
