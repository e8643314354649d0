using System.Globalization;
using MalariaLab.Core.Evaluation;
using MalariaLab.Web.Components.Charts;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Runs;

/// <summary>Results by patient: shares of positive images, and patients called positive from a share on.</summary>
public sealed partial class RunPatientsTab : ScoreTab
{
    private const int PageSize = 100;

    private static readonly (string Key, string Title)[] Columns =
    [
        ("patient", "Patient"), ("images", "Images"), ("true", "Truly positive"), ("called", "Called positive"), ("gap", "Difference"),
        ("score", "Mean score"), ("right", "Right"), ("call", "Patient called"),
    ];

    private IReadOnlyList<ChartSeries> roc = [];
    private IReadOnlyList<PatientResult> sorted = [];
    private PatientReport? report;
    private BinaryCounts counts;
    private ConfusionMatrix matrix = new([], []);
    private ChartSpot? spot;
    private object? worked, asked;
    private string sort = "called";
    private bool up;
    private double share;

    private int PageNumber => Math.Clamp(Query.Whole("page") ?? 0, 0, Math.Max(0, (sorted.Count - 1) / PageSize));

    private string ShareText => share == 0 ? T["any image"] : Figures.Percent(share);

    /// <inheritdoc />
    protected override void Work()
    {
        if (Scored is null) return;
        var wanted = (Scored.SetId, Class, Threshold);
        if (!wanted.Equals(worked))
        {
            worked = wanted;
            report = Scored.HasGroups ? PatientReport.Of(Two, Positive, Threshold) : null;
            roc = report is not null && RocCurve.Of(report.ByCalledShare) is { } curve
                ?
                [
                    new(View.Run.Name, [.. curve.Select(p => new ChartPoint(p.FalsePositiveRate, p.TruePositiveRate))], Palette.OfRun(View.Run.Id)),
                    new(T["chance"], [new(0, 0), new(1, 1)], 7, Dashed: true),
                ]
                : [];
            asked = null;
        }
        sort = Columns.FirstOrDefault(c => c.Key == Query.Text("sort")).Key ?? "called";
        up = Query.Text("order") == "up";
        // A share that is being dragged stays until the address names another.
        if (report is not null && !Equals(asked, Query.Text("share") ?? ""))
        {
            asked = Query.Text("share") ?? "";
            SetShare(Math.Clamp(Query.Number("share") ?? 0, 0, 1));
        }
        sorted = report is null ? [] : Sorted(report.Patients);
    }

    private void SetShare(double to)
    {
        share = to;
        counts = report!.ByCalledShare.At(share == 0 ? double.Epsilon : share);
        matrix = new([T["positive"], T["negative"]], [[counts.TruePositives, counts.FalseNegatives], [counts.FalsePositives, counts.TrueNegatives]]);
        spot = counts is { Sensitivity: { } hit, Specificity: { } spared } ? new(1 - spared, hit, ShareText) : null;
    }

    private bool Called(PatientResult patient) => patient.CalledShare >= (share == 0 ? double.Epsilon : share);

    private string Arrow(string key) => sort != key ? "" : up ? " ↑" : " ↓";

    private string ImagesOf(string patient) => LabUrls.With(
        LabUrls.Run(View.Run.Id, "images"),
        ("group", patient),
        ("part", Query.Text("part")),
        ("class", Query.Text("class")),
        ("t", Query.Text("t")));

    private IReadOnlyList<PatientResult> Sorted(IEnumerable<PatientResult> patients)
    {
        Func<PatientResult, double>? key = sort switch
        {
            "images" => p => p.Images,
            "true" => p => p.TrueShare,
            "called" => p => p.CalledShare,
            "gap" => p => p.CalledShare - p.TrueShare,
            "score" => p => p.MeanScore,
            "right" => p => (double)p.Correct / p.Images,
            "call" => p => Called(p) ? 1 : 0,
            _ => null,
        };
        if (key is null) return up ? [.. patients] : [.. patients.Reverse()];
        return up ? [.. patients.OrderBy(key)] : [.. patients.OrderByDescending(key)];
    }

    private IEnumerable<(string Name, string Value, Interval? Interval)> Rows()
    {
        yield return ("Sensitivity", Figures.Percent(counts.Sensitivity), ProportionIntervals.Wilson(counts.TruePositives, counts.Positives));
        yield return ("Specificity", Figures.Percent(counts.Specificity), ProportionIntervals.Wilson(counts.TrueNegatives, counts.Negatives));
        yield return ("Accuracy", Figures.Percent(counts.Accuracy), ProportionIntervals.Wilson(counts.TruePositives + counts.TrueNegatives, counts.Total));
        yield return ("AUC by share", Figures.Fixed(report!.ByCalledShare.AreaUnderRoc, 4), null);
        yield return ("AUC by mean score", Figures.Fixed(report.ByMeanScore.AreaUnderRoc, 4), null);
    }

    private void Slide(ChangeEventArgs change)
    {
        if (double.TryParse((string?)change.Value, CultureInfo.InvariantCulture, out var percent)) SetShare(Math.Clamp(percent / 100, 0, 1));
    }

    private void Keep(ChangeEventArgs change)
    {
        Slide(change);
        Go(("share", share == 0 ? null : share));
    }

    private static string Signed(double share) => (share > 0 ? "+" : "") + Figures.Percent(share);

    private static string Fixed(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Bound(double share) => Figures.Percent(share).Replace(" %", "", StringComparison.Ordinal);
}
