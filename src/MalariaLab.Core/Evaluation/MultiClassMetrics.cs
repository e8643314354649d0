namespace MalariaLab.Core.Evaluation;

/// <summary>One class against the rest.</summary>
/// <param name="Counts">The four cells with this class as the positive one.</param>
/// <param name="Auc">Area under its ROC curve; null unless both this class and another are there.</param>
/// <param name="AveragePrecision">Average precision; null when the class is absent.</param>
public sealed record ClassMetrics(BinaryCounts Counts, double? Auc, double? AveragePrecision);

/// <summary>Precision, recall, F1 over classes in one kind of mean.</summary>
/// <param name="Precision">Share of right calls.</param>
/// <param name="Recall">Share of found images.</param>
/// <param name="F1">Harmonic mean of both, class by class.</param>
public sealed record AveragedMetrics(double? Precision, double? Recall, double? F1);

/// <summary>Every figure of a prediction over several classes; the prediction is the class of the largest probability. Undefined ones are null.</summary>
public sealed record MultiClassMetrics
{
    /// <summary>Counts of (truth, prediction), with accuracy, Matthews correlation and kappa.</summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <summary>Each class against the rest.</summary>
    public required IReadOnlyList<ClassMetrics> PerClass { get; init; }

    /// <summary>Mean −ln P(true class).</summary>
    public required double? LogLoss { get; init; }

    /// <summary>Mean of Σ_k (p_k − y_k)², not halved.</summary>
    public required double? Brier { get; init; }

    /// <summary>Largest probability of each row against the share of right predictions.</summary>
    public required Reliability Reliability { get; init; }

    /// <summary>Mean over class pairs of the AUC between the two alone, both directions (Hand and Till 2001).</summary>
    public required double? AucOneVersusOne { get; init; }

    /// <summary>Mean recall of the classes; null when a class has no image.</summary>
    public double? BalancedAccuracy => Macro.Recall;

    /// <summary>Mean specificity of the classes.</summary>
    public double? MacroSpecificity => Mean(c => c.Counts.Specificity);

    /// <summary>Mean one-against-rest AUC; null when a class has no image.</summary>
    public double? AucMacro => Mean(c => c.Auc);

    /// <summary>One-against-rest AUC weighted by the images of each class.</summary>
    public double? AucWeighted => WeightedMean(c => c.Auc);

    /// <summary>Mean one-against-rest average precision.</summary>
    public double? AveragePrecisionMacro => Mean(c => c.AveragePrecision);

    /// <summary>Plain means over the classes; null when undefined for one of them.</summary>
    public AveragedMetrics Macro => new(Mean(c => c.Counts.Precision), Mean(c => c.Counts.Sensitivity), Mean(c => c.Counts.F1));

    /// <summary>Means weighted by the images of each class; classes without images have no say.</summary>
    public AveragedMetrics WeightedBySupport => new(WeightedMean(c => c.Counts.Precision), WeightedMean(c => c.Counts.Sensitivity), WeightedMean(c => c.Counts.F1));

    /// <summary>From pooled counts: with one label an image all three are the accuracy.</summary>
    public AveragedMetrics Micro => new(Confusion.Accuracy, Confusion.Accuracy, Confusion.Accuracy);

    /// <summary>Computes everything.</summary>
    /// <param name="labels">Class names.</param>
    /// <param name="probabilities">[images × classes], row by row.</param>
    /// <param name="truth">True class of each image.</param>
    public static MultiClassMetrics Of(IReadOnlyList<string> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<int> truth)
    {
        var classes = labels.Count;
        var confusion = ConfusionMatrix.Count(labels, truth, ArgMaxRows(probabilities, classes));
        var perClass = new ClassMetrics[classes];
        for (var k = 0; k < classes; k++)
        {
            var ranking = Rank(probabilities, truth, classes, k, null);
            perClass[k] = new(confusion.OneVersusRest(k), ranking.AreaUnderRoc, ranking.AveragePrecision);
        }
        return new()
        {
            Confusion = confusion,
            PerClass = perClass,
            LogLoss = ProbabilityScores.LogLoss(probabilities, truth),
            Brier = ProbabilityScores.Brier(probabilities, truth),
            Reliability = Calibration.OfPrediction(probabilities, truth),
            AucOneVersusOne = OneVersusOne(probabilities, truth, classes),
        };
    }

    /// <summary>Index of the largest value; of equals the first.</summary>
    public static int ArgMax(ReadOnlySpan<double> row)
    {
        var best = 0;
        for (var k = 1; k < row.Length; k++)
            if (row[k] > row[best]) best = k;
        return best;
    }

    /// <summary><see cref="ArgMax"/> of each row.</summary>
    /// <param name="rows">[rows × width].</param>
    /// <param name="width">Values a row.</param>
    public static int[] ArgMaxRows(ReadOnlySpan<double> rows, int width)
    {
        var result = new int[rows.Length / width];
        for (var i = 0; i < result.Length; i++) result[i] = ArgMax(rows.Slice(i * width, width));
        return result;
    }

    private static double? OneVersusOne(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> truth, int classes)
    {
        double? sum = 0;
        for (var a = 0; a < classes; a++)
            for (var b = 0; b < classes; b++)
                if (a != b) sum += Rank(probabilities, truth, classes, a, b).AreaUnderRoc;
        return sum / (classes * (classes - 1));
    }

    /// <summary>Ranks by the probability of <paramref name="positive"/>, against one other class or, with null, against all.</summary>
    private static ScoreRanking Rank(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> truth, int classes, int positive, int? against)
    {
        var scores = new List<double>(truth.Length);
        var labels = new List<bool>(truth.Length);
        for (var i = 0; i < truth.Length; i++)
        {
            if (against is { } other && truth[i] != positive && truth[i] != other) continue;
            scores.Add(probabilities[(i * classes) + positive]);
            labels.Add(truth[i] == positive);
        }
        return ScoreRanking.Of([.. scores], [.. labels]);
    }

    private double? Mean(Func<ClassMetrics, double?> figure)
    {
        double? sum = 0;
        foreach (var item in PerClass) sum += figure(item);
        return sum / PerClass.Count;
    }

    private double? WeightedMean(Func<ClassMetrics, double?> figure)
    {
        double? sum = 0;
        foreach (var item in PerClass)
            if (item.Counts.Positives > 0) sum += figure(item) * item.Counts.Positives;
        return Confusion.Total == 0 ? null : sum / Confusion.Total;
    }
}
