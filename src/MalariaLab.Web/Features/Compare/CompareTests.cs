using MalariaLab.Core.Evaluation;

namespace MalariaLab.Web.Features.Compare;

/// <summary>The tests between runs.</summary>
/// <param name="Pairs">Every pair of <see cref="Comparison.Scored"/>.</param>
/// <param name="Best">By metric, the position in <see cref="Comparison.Scored"/> of the run that is better than every other one; absent where none is.</param>
public sealed record CompareTests(IReadOnlyList<RunPair> Pairs, IReadOnlyDictionary<string, int> Best)
{
    /// <summary>Adjusted p-value below which a difference counts.</summary>
    public const double Level = 0.05;

    /// <summary>
    /// Tests errors (McNemar) and areas (DeLong), each adjusted after Holm. Sensitivity and specificity are tested as the errors among the
    /// images of one class. A run is best only where it beats all others with an adjusted p below <see cref="Level"/>.
    /// </summary>
    public static CompareTests Of(IReadOnlyList<TestScores> tests)
    {
        var pairs = SignificanceMatrix.Of([.. tests.Select(t => t.Run)]);
        var best = new Dictionary<string, int>();
        Mark("Accuracy", pairs, p => p.ErrorsAdjustedP);
        Mark("AUC", pairs, p => p.AucAdjustedP);
        if (tests.All(t => t.Run is { Predictions.Classes: 2, Positive: not null }))
        {
            Mark("Sensitivity", Among(t => t.Run.Positive!.Value), p => p.ErrorsAdjustedP);
            Mark("Specificity", Among(t => 1 - t.Run.Positive!.Value), p => p.ErrorsAdjustedP);
        }
        return new(pairs, best);

        IReadOnlyList<RunPair> Among(Func<TestScores, int> truth) =>
            SignificanceMatrix.Of([.. tests.Select(t => t.Run with { Predictions = OfClass(t.Run.Predictions, truth(t)) })]);

        void Mark(string metric, IReadOnlyList<RunPair> tested, Func<RunPair, double?> p)
        {
            var value = ComparedMetric.All.Single(m => m.Key == metric).Value;
            if (tests.Count < 2) return;
            var top = Enumerable.Range(0, tests.Count).MaxBy(i => value(tests[i].Report) ?? double.NegativeInfinity);
            if (tested.Where(pair => pair.First == top || pair.Second == top).All(pair => p(pair) < Level)) best[metric] = top;
        }
    }

    private static Predictions OfClass(Predictions all, int label) => all.Only([.. Enumerable.Range(0, all.Count).Where(i => all.Truth[i] == label)]);
}
