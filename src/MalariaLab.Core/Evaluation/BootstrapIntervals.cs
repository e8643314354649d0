namespace MalariaLab.Core.Evaluation;

/// <summary>The figures of one resample; undefined ones are null. With more than two classes they are plain means over the classes.</summary>
public readonly record struct BootstrapFigures(
    double? Accuracy, double? BalancedAccuracy, double? Sensitivity, double? Specificity, double? Precision, double? F1, double? Mcc, double? Auc);

/// <summary>Percentile interval of one figure.</summary>
/// <param name="Estimate">The figure on the data as they are; null where undefined.</param>
/// <param name="Interval">2.5th to 97.5th percentile of the used resamples; null without two groups, or when every resample was dropped.</param>
/// <param name="Used">Resamples in which the figure was defined.</param>
/// <param name="Dropped">Resamples in which it was not.</param>
public sealed record BootstrapInterval(double? Estimate, Interval? Interval, int Used, int Dropped)
{
    internal static BootstrapInterval Of(BootstrapFigures estimate, IReadOnlyList<BootstrapFigures> resamples, bool meaningful, Func<BootstrapFigures, double?> figure)
    {
        var values = resamples.Select(figure).OfType<double>().Order().ToArray();
        Interval? interval = meaningful && values.Length > 0 ? new(Percentile(values, 0.025), Percentile(values, 0.975)) : null;
        return new(figure(estimate), interval, values.Length, resamples.Count - values.Length);
    }

    /// <summary>Linear between neighbours, as numpy's default.</summary>
    private static double Percentile(double[] sorted, double q)
    {
        var at = (sorted.Length - 1) * q;
        var below = (int)at;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below]));
    }
}

/// <summary>95 % intervals that respect that images of one patient resemble each other.</summary>
public sealed record BootstrapIntervals
{
    /// <summary>Groups (patients) that were drawn; an image without a group stands for itself.</summary>
    public required int Groups { get; init; }

    /// <summary>Share of right predictions.</summary>
    public required BootstrapInterval Accuracy { get; init; }

    /// <summary>Mean recall of the classes.</summary>
    public required BootstrapInterval BalancedAccuracy { get; init; }

    /// <summary>Recall.</summary>
    public required BootstrapInterval Sensitivity { get; init; }

    /// <summary>Recall of the others.</summary>
    public required BootstrapInterval Specificity { get; init; }

    /// <summary>Share of right ones among the positive calls.</summary>
    public required BootstrapInterval Precision { get; init; }

    /// <summary>Harmonic mean of precision and sensitivity.</summary>
    public required BootstrapInterval F1 { get; init; }

    /// <summary>Matthews correlation.</summary>
    public required BootstrapInterval Mcc { get; init; }

    /// <summary>Area under the ROC curve.</summary>
    public required BootstrapInterval Auc { get; init; }
}
