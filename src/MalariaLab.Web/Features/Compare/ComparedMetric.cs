using MalariaLab.Core.Evaluation;
using MalariaLab.Web.Components.Shared;

namespace MalariaLab.Web.Features.Compare;

/// <summary>A column of the metric table.</summary>
/// <param name="Key">Its English name, also the key of its words.</param>
/// <param name="Value">The figure.</param>
public sealed record ComparedMetric(string Key, Func<EvaluationReport, double?> Value)
{
    /// <summary>Interval from the bootstrap over patients; null where it gives none.</summary>
    public Func<BootstrapIntervals, BootstrapInterval>? Clustered { get; init; }

    /// <summary>Interval when images are independent; null where there is no formula.</summary>
    public Func<TestScores, Interval?>? Independent { get; init; }

    /// <summary>Decimals of a plain number; null for a percentage.</summary>
    public int? Decimals { get; init; }

    /// <summary>The columns, in order.</summary>
    public static IReadOnlyList<ComparedMetric> All { get; } =
    [
        new("Accuracy", r => r.Accuracy) { Clustered = b => b.Accuracy, Independent = t => ProportionIntervals.Wilson(t.Report.Confusion.Correct, t.Report.N) },
        new("Sensitivity", r => r.Sensitivity) { Clustered = b => b.Sensitivity, Independent = t => Counts(t) is { } c ? ProportionIntervals.Wilson(c.TruePositives, c.Positives) : null },
        new("Specificity", r => r.Specificity) { Clustered = b => b.Specificity, Independent = t => Counts(t) is { } c ? ProportionIntervals.Wilson(c.TrueNegatives, c.Negatives) : null },
        new("AUC", r => r.Auc) { Clustered = b => b.Auc, Independent = Area, Decimals = 4 },
        new("Precision", r => r.Precision) { Clustered = b => b.Precision, Independent = t => Counts(t) is { } c ? ProportionIntervals.Wilson(c.TruePositives, c.PredictedPositives) : null },
        new("F1", r => r.F1) { Clustered = b => b.F1 },
        new("Balanced accuracy", r => r.BalancedAccuracy) { Clustered = b => b.BalancedAccuracy },
        new("MCC", r => r.Mcc) { Clustered = b => b.Mcc, Decimals = 3 },
        new("Log loss", r => r.LogLoss) { Decimals = 4 },
        new("Calibration error", r => r.Ece),
    ];

    /// <summary>A value or bound as text.</summary>
    public string Text(double? value) => Decimals is { } decimals ? Figures.Fixed(value, decimals) : Figures.Percent(value);

    /// <summary>An interval as text, for example <c>[94.8, 96.3]</c>.</summary>
    public string Text(Interval interval) => $"[{Text(interval.Low).Replace(" %", "", StringComparison.Ordinal)}, {Text(interval.High).Replace(" %", "", StringComparison.Ordinal)}]";

    private static BinaryCounts? Counts(TestScores test) => test.Run is { Predictions.Classes: 2, Positive: { } positive } ? test.Report.Confusion.OneVersusRest(positive) : null;

    // The test of a curve against itself carries the interval of the one curve. Where the classes are parted without an error it has no width, which would claim certainty.
    private static Interval? Area(TestScores test) => test.Run is { Predictions: { Classes: 2 } predictions, Positive: { } positive }
        && DeLong.Of(predictions.Scores(positive), predictions.Scores(positive), predictions.IsClass(positive))?.FirstInterval is { } interval && interval.Low < interval.High ? interval : null;
}
