using MalariaLab.Core.Evaluation;

namespace MalariaLab.Web.Features.Compare;

/// <summary>Which images of two runs are listed.</summary>
public enum DisagreementKind { FirstRight, SecondRight, BothWrong }

/// <summary>An image about which two runs were not both right.</summary>
/// <param name="Index">Position in the test set, from 0.</param>
/// <param name="Truth">True class.</param>
/// <param name="First">Class called by the first run.</param>
/// <param name="FirstConfidence">Its probability.</param>
/// <param name="Second">Class called by the second run.</param>
/// <param name="SecondConfidence">Its probability.</param>
public sealed record Disagreement(int Index, int Truth, int First, double FirstConfidence, int Second, double SecondConfidence)
{
    /// <summary>The images of a kind, the most confident error first.</summary>
    /// <exception cref="ArgumentException">The runs were not scored on the same images.</exception>
    public static IReadOnlyList<Disagreement> Of(ComparedRun first, ComparedRun second, DisagreementKind kind)
    {
        if (first.TestSet.WhyNotComparable(second.TestSet) is { } whyNot) throw new ArgumentException(whyNot, nameof(second));
        var (a, b) = (first.Predictions, second.Predictions);
        var (calledA, calledB) = (a.Predicted(first.Positive, first.Threshold), b.Predicted(second.Positive, second.Threshold));
        return
        [
            .. Enumerable.Range(0, a.Count)
                .Select(i => new Disagreement(i, a.Truth[i], calledA[i], a.Probabilities[(i * a.Classes) + calledA[i]], calledB[i], b.Probabilities[(i * b.Classes) + calledB[i]]))
                .Where(d => (kind != DisagreementKind.FirstRight) == (d.First != d.Truth) && (kind != DisagreementKind.SecondRight) == (d.Second != d.Truth))
                .OrderByDescending(d => kind switch
                {
                    DisagreementKind.FirstRight => d.SecondConfidence,
                    DisagreementKind.SecondRight => d.FirstConfidence,
                    _ => Math.Min(d.FirstConfidence, d.SecondConfidence),
                }),
        ];
    }
}
