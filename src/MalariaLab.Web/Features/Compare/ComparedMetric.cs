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
        new("Sensitivity", r => r.Sensitivity) { Clustered = b => b.Sensitivity, Independent = Share(c => (c.TruePositives, c.Positives)) },
        new("Specificity", r => r.Specificity) { Clustered = b => b.Specificity, Independent = Share(c => (c.TrueNegatives, c.Negatives)) },
        new("AUC", r => r.Auc) { Clustered = b => b.Auc, Independent = Area, Decimals = 4 },
        new("Precision", r => r.Precision) { Clustered = b => b.Precision, Independent = Share(c => (c.TruePositives, c.PredictedPositives)) },
        new("F1", r => r.F1) { Clustered = b => b.F1 },
        new("Balanced accuracy", r => r.BalancedAccuracy) { Clustered = b => b.BalancedAccuracy },
        new("MCC", r => r.Mcc) { Clustered = b => b.Mcc, Decimals = 3 },
        new("Log loss", r => r.LogLoss) { Decimals = 4 },
        new("Calibration error", r => r.Ece),
    ];

    /// <summary>A value or bound as text.</summary>
    public string Text(double? value) => Decimals is { } decimals ? Figures.Fixed(value, decimals) : Figures.Percent(value);

    /// <summary>An interval as text, for example <c>[94.8, 96.3]</c>.</summary>
    public string Text(Interval interval) => $"[{Bound(interval.Low)}, {Bound(interval.High)}]";

    private string Bound(double value) => Text(value).Replace(" %", "", StringComparison.Ordinal);

    private static Func<TestScores, Interval?> Share(Func<BinaryCounts, (int Hits, int Of)> counted) => test =>
    {
        if (Counts(test) is not { } counts) return null;
        var (hits, of) = counted(counts);
        return ProportionIntervals.Wilson(hits, of);
    };

    private static BinaryCounts? Counts(TestScores test) =>
        test.Run is { Predictions.Classes: 2, Positive: { } positive } ? test.Report.Confusion.OneVersusRest(positive) : null;

    // The test of a curve against itself carries the interval of the one curve. Where the classes are parted without an error it has no width, which would claim certainty.
    private static Interval? Area(TestScores test)
    {
        if (test.Run is not { Predictions: { Classes: 2 } predictions, Positive: { } positive }) return null;
        var scores = predictions.Scores(positive);
        var interval = DeLong.Of(scores, scores, predictions.IsClass(positive))?.FirstInterval;
        return interval is { } found && found.Low < found.High ? found : null;
    }
}
