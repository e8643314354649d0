using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Labels;

namespace MalariaLab.Web.Features.Labels;

/// <summary>An image to judge.</summary>
/// <param name="Ordinal">Manifest position.</param>
/// <param name="Given">Its class in the version.</param>
/// <param name="Suggested">Class that the network is confident of; null for an image that is listed for another reason.</param>
/// <param name="SelfConfidence">P(given class), or null.</param>
/// <param name="Margin">Normalised margin, or null.</param>
public sealed record QueuedLabel(int Ordinal, int Given, int? Suggested, double? SelfConfidence, double? Margin);

/// <summary>What the label check lists.</summary>
public static class LabelQueue
{
    /// <summary>Images whose out-of-sample prediction contradicts the label, the most suspect first.</summary>
    public static IReadOnlyList<QueuedLabel> Suspects(OutOfSampleScores? scores, LabelIssueOrder order) => scores is null ? []
        : [.. ConfidentLearning.Find(scores.Predictions, order).Select(i => new QueuedLabel(scores.Ordinals[i.Index], i.Given, i.Suggested, i.SelfConfidence, i.Margin))];

    /// <summary>Images about which readers differ, as far as the reader may know.</summary>
    public static IReadOnlyList<QueuedLabel> Disagreements(ReviewBook seen, IReadOnlyList<QueuedLabel> suspects)
    {
        var known = suspects.ToDictionary(s => s.Ordinal);
        return [.. seen.Disagreements.Select(i => known.GetValueOrDefault(i.Ordinal) ?? new QueuedLabel(i.Ordinal, i.Label, null, null, null))];
    }

    /// <summary>Position of the next image without a judgement of the reader, from <paramref name="from"/> on and then from the start; −1 when all are judged.</summary>
    public static int NextOpen(IReadOnlyList<QueuedLabel> queue, IReadOnlySet<int> judged, int from)
    {
        for (var step = 0; step < queue.Count; step++)
            if (!judged.Contains(queue[(from + step) % queue.Count].Ordinal)) return (from + step) % queue.Count;
        return -1;
    }
}
