namespace MalariaLab.Core.Evaluation;

/// <summary>A run as a partner in comparisons.</summary>
/// <param name="TestSet">What it was measured on.</param>
/// <param name="Predictions">Its scores there; with image ids, they are matched by id, else by position.</param>
/// <param name="Positive">Index of the positive class; needed with two classes.</param>
/// <param name="Threshold">Two classes: probability from which on an image is called positive.</param>
public sealed record ComparedRun(TestSetIdentity TestSet, Predictions Predictions, int? Positive, double Threshold = 0.5);

/// <summary>Two runs set against each other.</summary>
/// <param name="First">Position of the first run.</param>
/// <param name="Second">Position of the second run, always the later one.</param>
/// <param name="WhyNot">Why no test was made, as a sentence; null when tests were made.</param>
/// <param name="Errors">McNemar's test of the errors.</param>
/// <param name="ErrorsAdjustedP">Its exact p-value after Holm over all compared pairs.</param>
/// <param name="Auc">DeLong's test of the areas under the ROC curves; null with more than two classes or too few images of a class.</param>
/// <param name="AucAdjustedP">Its p-value after Holm over all compared pairs.</param>
public sealed record RunPair(int First, int Second, string? WhyNot, McNemar? Errors, double? ErrorsAdjustedP, DeLong? Auc, double? AucAdjustedP);

/// <summary>Pairwise tests between runs, only where their test sets are the same.</summary>
public static class SignificanceMatrix
{
    /// <summary>All pairs, first position ascending, then second.</summary>
    public static IReadOnlyList<RunPair> Of(IReadOnlyList<ComparedRun> runs)
    {
        List<RunPair> pairs = [];
        for (var a = 0; a < runs.Count; a++)
            for (var b = a + 1; b < runs.Count; b++)
                pairs.Add(Compare(a, runs[a], b, runs[b]));
        var errors = Adjust(pairs, pair => pair.Errors?.ExactP);
        var areas = Adjust(pairs, pair => pair.Auc?.P);
        return [.. pairs.Select((pair, i) => pair with { ErrorsAdjustedP = errors[i], AucAdjustedP = areas[i] })];
    }

    private static RunPair Compare(int a, ComparedRun first, int b, ComparedRun second)
    {
        var whyNot = first.TestSet.WhyNotComparable(second.TestSet);
        if (whyNot is null && first.Predictions.Classes == 2 && first.Positive != second.Positive) whyNot = "The runs take different classes as the positive one.";
        if (whyNot is not null) return new(a, b, whyNot, null, null, null, null);
        var (one, other) = (first.Predictions, second.Predictions.InOrderOf(first.Predictions));
        var delong = one.Classes == 2 && first.Positive is { } positive
            ? DeLong.Of(one.Scores(positive), other.Scores(positive), one.IsClass(positive)) : null;
        return new(a, b, null, McNemar.Of(one.Truth, one.Predicted(first.Positive, first.Threshold), other.Predicted(second.Positive, second.Threshold)), null, delong, null);
    }

    private static double?[] Adjust(List<RunPair> pairs, Func<RunPair, double?> p)
    {
        var tested = Enumerable.Range(0, pairs.Count).Where(i => p(pairs[i]) is not null).ToArray();
        var adjusted = MultipleComparisons.Holm([.. tested.Select(i => p(pairs[i])!.Value)]);
        var result = new double?[pairs.Count];
        for (var j = 0; j < tested.Length; j++) result[tested[j]] = adjusted[j];
        return result;
    }
}
