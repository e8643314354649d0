using System.Globalization;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Components.Charts;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Runs;

/// <summary>The run at any threshold. One chosen on validation is applied to the test set and said in words.</summary>
public sealed partial class RunThresholdTab : ScoreTab
{
    private const string Youden = "youden", Sensitivity = "sensitivity-";
    private IReadOnlyList<ChartSeries> roc = [], precision = [];
    private ChartSpot? rocSpot, precisionSpot;
    private ScoreRanking? validation;
    private OperatingPoint? chosen;
    private BinaryCounts counts;
    private ConfusionMatrix matrix = new([], []);
    private double cut, prevalence, wanted = 95;
    private object? worked;

    // How the threshold was chosen on validation; null by hand.
    private string? Rule => Query.Text("op");

    private bool IsSensitivity => Rule?.StartsWith(Sensitivity, StringComparison.Ordinal) == true;

    private double SamplePrevalence => (double)counts.Positives / Math.Max(1, counts.Total);

    /// <inheritdoc />
    protected override async Task ReadAsync(ScoredPart scored)
    {
        (roc, precision, worked, validation) = ([], [], null, null);
        if (await Scores.FindAsync(View, PredictionScope.Validation) is { } part)
        {
            var (two, positive) = AsTwo(part);
            var ranking = ScoreRanking.Of(two.Scores(positive), two.IsClass(positive));
            if (ranking is { Positives: > 0, Negatives: > 0 }) validation = ranking;
        }
        var colour = Palette.OfRun(View.Run.Id);
        if (RocCurve.Of(Ranking) is not { } curve || PrecisionRecallCurve.Of(Ranking) is not { } recall) return;
        roc =
        [
            new(View.Run.Name, [.. curve.Select(p => new ChartPoint(p.FalsePositiveRate, p.TruePositiveRate))], colour),
            new(T["chance"], [new(0, 0), new(1, 1)], 7, Dashed: true),
        ];
        precision = [new(View.Run.Name, [.. recall.Reverse().Select(p => new ChartPoint(p.Recall, p.Precision))], colour)];
    }

    /// <inheritdoc />
    protected override void Work()
    {
        // The run's own news must not pull a slider back that a hand holds.
        var wish = (Scored?.SetId, Rule, At, Query.Number("prevalence"), Positive, Class);
        if (Scored is null || wish.Equals(worked)) return;
        worked = wish;
        chosen = validation is null ? null : Rule == Youden ? Thresholds.Youden(validation) : IsSensitivity ? Thresholds.SensitivityAtLeast(validation, WantedShare()) : null;
        SetCut(chosen?.Threshold ?? Threshold);
        prevalence = Math.Clamp(Query.Number("prevalence") ?? SamplePrevalence, 0, 1);
    }

    private double WantedShare()
    {
        if (double.TryParse(Rule![Sensitivity.Length..], CultureInfo.InvariantCulture, out var percent)) wanted = Math.Clamp(percent, 1, 100);
        return wanted / 100;
    }

    private void SetCut(double to)
    {
        cut = to;
        counts = Ranking.At(cut);
        int[] positive = [counts.TruePositives, counts.FalseNegatives], negative = [counts.FalsePositives, counts.TrueNegatives];
        matrix = new(Two.Labels, Positive == 0 ? [positive, negative] : [[.. negative.Reverse()], [.. positive.Reverse()]]);
        rocSpot = counts is { Sensitivity: { } hit, Specificity: { } spared } ? new(1 - spared, hit, T["threshold {0}", Figures.Fixed(cut, 3)]) : null;
        precisionSpot = counts is { Sensitivity: { } recall, Precision: { } share } ? new(recall, share, T["threshold {0}", Figures.Fixed(cut, 3)]) : null;
    }

    private void Slide(ChangeEventArgs change)
    {
        if (Number(change) is not { } to) return;
        chosen = null;
        SetCut(Math.Clamp(to, 0, 1));
    }

    private void Keep(ChangeEventArgs change)
    {
        Slide(change);
        Go(("t", cut), ("op", null));
    }

    private void Tilt(ChangeEventArgs change)
    {
        if (Number(change) is { } to) prevalence = Math.Clamp(to / 100, 0, 1);
    }

    private void KeepPrevalence(ChangeEventArgs change)
    {
        Tilt(change);
        Go(("prevalence", prevalence));
    }

    private void Choose(string? rule) => Go(("op", rule), ("t", null));

    private void Want(ChangeEventArgs change)
    {
        if (Number(change) is { } to) wanted = Math.Clamp(to, 1, 100);
        if (IsSensitivity) Choose(Sensitivity + Text(wanted));
    }

    private IEnumerable<(string Name, double? Value, Interval? Interval)> Rows()
    {
        var c = counts;
        yield return ("Sensitivity", c.Sensitivity, ProportionIntervals.Wilson(c.TruePositives, c.Positives));
        yield return ("Specificity", c.Specificity, ProportionIntervals.Wilson(c.TrueNegatives, c.Negatives));
        yield return ("PPV in these images", c.Precision, ProportionIntervals.Wilson(c.TruePositives, c.PredictedPositives));
        yield return ("NPV in these images", c.NegativePredictiveValue, ProportionIntervals.Wilson(c.TrueNegatives, c.PredictedNegatives));
        yield return ("Accuracy", c.Accuracy, ProportionIntervals.Wilson(c.TruePositives + c.TrueNegatives, c.Total));
        yield return ("F1", c.F1, null);
    }

    private string Sentence()
    {
        var here = T["it gives sensitivity {0} and specificity {1}", Figures.Percent(counts.Sensitivity), Figures.Percent(counts.Specificity)];
        if (chosen is not { } point)
            return validation is null ? T["There are no validation predictions of both classes to choose a threshold on. At {0} {1}.", Figures.Fixed(cut, 3), here]
                : cut == 0.5 ? T["The usual threshold of 0.5: {0}.", here]
                : T["A threshold set by hand: {0}. One that was chosen by looking at the test set flatters; choose it on validation.", here];
        var why = Rule == Youden ? T["for the largest sensitivity + specificity"] : T["for a sensitivity of at least {0}", Figures.Percent(wanted / 100)];
        var there = T[
            "Threshold {0} was chosen on {1} validation images {2}: there it gives sensitivity {3} and specificity {4}.",
            Figures.Fixed(point.Threshold, 4),
            Figures.Count(point.Counts.Total),
            why,
            Figures.Percent(point.Counts.Sensitivity),
            Figures.Percent(point.Counts.Specificity)];
        return Scope == PredictionScope.Validation ? there : there + " " + T["On the {0} test images, which had no say in it, {1}.", Figures.Count(counts.Total), here];
    }

    // With several classes a cell means the class against all others; its images are found by the same address.
    private string Cell(int truth, int called) => RunImagesTab.Address(View.Run.Id, Scope, Many ? ClassIndex : null, cut, truth, called);

    private static string Bound(double share) => Figures.Percent(share).Replace(" %", "", StringComparison.Ordinal);

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    private static double? Number(ChangeEventArgs change) =>
        double.TryParse(change.Value?.ToString(), CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
