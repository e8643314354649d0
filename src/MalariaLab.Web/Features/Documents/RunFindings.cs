using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Components.Shared;
using MalariaLab.Web.Features.Compare;
using MalariaLab.Web.Localisation;

namespace MalariaLab.Web.Features.Documents;

/// <summary>An image that the network got wrong.</summary>
/// <param name="Number">Place in the list, from 1: the name of an image whose own name is hidden.</param>
/// <param name="Ordinal">Position in the manifest.</param>
/// <param name="Truth">True class.</param>
/// <param name="Predicted">Class called.</param>
/// <param name="Confidence">Its probability.</param>
/// <param name="Patient">Patient key, or null.</param>
public sealed record WrongImage(int Number, int Ordinal, int Truth, int Predicted, double Confidence, string? Patient);

/// <summary>Everything that documents about one run are written from.</summary>
/// <param name="Detail">The run.</param>
/// <param name="Split">Its split.</param>
/// <param name="Entry">Its epochs and test scores.</param>
/// <param name="Intervals">95 % intervals: by patient where patients are known.</param>
/// <param name="Temperature">Temperature that fits the validation predictions best; null without them.</param>
public sealed record RunFindings(RunDetail Detail, Split Split, ComparedEntry Entry, RunIntervals? Intervals, double? Temperature)
{
    /// <summary>Images of the gallery of errors at most.</summary>
    public const int MostWrong = 24;

    /// <summary>Test scores; null until there are some.</summary>
    public TestScores? Test => Entry.Test;

    /// <summary>Class names.</summary>
    public IReadOnlyList<string> Classes => Detail.Version.ClassNames;

    /// <summary>Positive class of the test scores; null with more than two classes.</summary>
    public int? Positive => Test?.Run is { Predictions.Classes: 2 } run ? run.Positive : null;

    /// <summary>Test images ranked by the score of the positive class; null with more than two classes.</summary>
    public ScoreRanking? Ranking { get; } = Entry.Test?.Run is { Predictions: { Classes: 2 } scores, Positive: { } positive }
        ? ScoreRanking.Of(scores.Scores(positive), scores.IsClass(positive)) : null;

    /// <summary>Stated confidence in the predicted class against the share of right predictions.</summary>
    public Reliability? Reliability { get; } = Entry.Test?.Run is not { } run ? null
        : run.Predictions.Classes == 2 && run.Positive is { } positive
            ? Evaluator.Binary(run.Predictions, positive, run.Threshold).Reliability
            : Evaluator.MultiClass(run.Predictions).Reliability;

    /// <summary>The test predictions by patient; null without patients or with more than two classes.</summary>
    public PatientReport? Patients { get; } = Entry.Test is { HasGroups: true, Run: { Predictions.Classes: 2, Positive: { } positive } compared }
        ? PatientReport.Of(compared.Predictions, positive, compared.Threshold) : null;

    /// <summary>Patients by share of right images, the hardest first. Their places name them where names are hidden, and tell nothing but what the table shows.</summary>
    public IReadOnlyList<PatientResult> HardestPatients => Patients is null ? []
        : [.. Patients.Patients.OrderBy(p => (double)p.Correct / p.Images).ThenByDescending(p => p.Images).ThenBy(p => p.MeanScore)];

    /// <summary>Errors, the most confident first; empty where the images are not known.</summary>
    public IReadOnlyList<WrongImage> Wrong { get; } = Entry.Test is { } test ? WrongOf(test) : [];

    /// <summary>Accuracy with its interval, for example <c>95.1 % [94.6, 95.6]</c>; null without test scores.</summary>
    public string? Result => Test is null ? null : Text(Accuracy);

    /// <summary>Run, dataset and result in one line.</summary>
    public string Sentence => $"{Detail.Run.Name} on {Detail.Version.Dataset!.Name}" + (Result is { } result ? $": {result}" : "");

    /// <summary>The result as a heading of a document; null without test scores.</summary>
    public string? Headline(Words words) =>
        Result is { } result ? words["{0} accuracy on {1} test images of {2}", result, Figures.Count(Test!.Report.N), Detail.Version.Dataset!.Name] : null;

    private static ComparedMetric Accuracy { get; } = ComparedMetric.All.Single(m => m.Key == "Accuracy");

    /// <summary>A figure with its interval.</summary>
    public string Text(ComparedMetric metric) => Test is null ? Figures.None
        : metric.Text(metric.Value(Test.Report)) + (Intervals!.Of95.TryGetValue(metric.Key, out var interval) ? $" {metric.Text(interval)}" : "");

    /// <summary>Errors of test scores, the most confident first; empty where the images are not known.</summary>
    public static IReadOnlyList<WrongImage> WrongOf(TestScores test)
    {
        var (predictions, ordinals) = (test.Run.Predictions, test.Ordinals);
        if (ordinals.Count != predictions.Count) return [];
        var called = predictions.Predicted(test.Run.Positive, test.Run.Threshold);
        return
        [
            .. Enumerable.Range(0, predictions.Count).Where(i => called[i] != predictions.Truth[i])
                .Select(i => (Index: i, Confidence: (double)predictions.Probabilities[(i * predictions.Classes) + called[i]]))
                .OrderByDescending(e => e.Confidence).Take(MostWrong)
                .Select((e, place) => new WrongImage(place + 1, ordinals[e.Index], predictions.Truth[e.Index], called[e.Index], e.Confidence,
                    predictions.Groups.Count == 0 ? null : predictions.Groups[e.Index])),
        ];
    }
}
