using MalariaLab.Core.Evaluation;

namespace MalariaLab.Web.Features.Compare;

/// <summary>95 % intervals of a run's test figures, by <see cref="ComparedMetric.Key"/>.</summary>
/// <param name="Of95">The intervals; a figure without one is absent.</param>
/// <param name="Clustered">True when patients were drawn, false when images count as independent.</param>
public sealed record RunIntervals(IReadOnlyDictionary<string, Interval> Of95, bool Clustered)
{
    private const long Seed = 1;

    /// <summary>Bootstrap over patients where they are known; else, and for shares of 0 or 100 %, Wilson for shares and DeLong for the area under the ROC curve.</summary>
    public static RunIntervals Of(TestScores test)
    {
        var (predictions, positive) = (test.Run.Predictions, test.Run.Positive);
        var clustered = test.HasGroups ? new ClusterBootstrap(predictions, positive, test.Run.Threshold).Intervals(Seed) : null;
        var found = new Dictionary<string, Interval>();
        foreach (var metric in ComparedMetric.All)
        {
            var independent = metric.Independent?.Invoke(test);
            var byPatient = clustered is null ? null : metric.Clustered?.Invoke(clustered).Interval;
            // Where no image is an error, or every one is, all resamples agree; an interval without width would claim certainty.
            var usual = clustered is null || (byPatient is { } i && i.Low == i.High) ? independent : byPatient;
            if (usual is { } interval && interval.Low < interval.High) found[metric.Key] = interval;
        }
        return new(found, clustered is not null);
    }
}
