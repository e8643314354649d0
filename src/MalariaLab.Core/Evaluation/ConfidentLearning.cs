namespace MalariaLab.Core.Evaluation;

/// <summary>An image whose out-of-sample prediction confidently contradicts its label.</summary>
/// <param name="Index">Position in the predictions.</param>
/// <param name="Given">Class that it is labelled as.</param>
/// <param name="Suggested">Class that it is confidently predicted as.</param>
/// <param name="SelfConfidence">P(given class); the smaller, the more suspect.</param>
/// <param name="Margin">P(given class) − P(most probable other class), −1 to 1; the smaller, the more suspect.</param>
public sealed record LabelIssue(int Index, int Given, int Suggested, double SelfConfidence, double Margin);

/// <summary>How suspects are ordered.</summary>
public enum LabelIssueOrder { SelfConfidence, Margin }

/// <summary>
/// Finds likely label errors by confident learning: Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
/// Journal of Artificial Intelligence Research 70 (2021), 1373–1411. Predictions must come from a network that was not trained on the images.
/// </summary>
public static class ConfidentLearning
{
    /// <summary>Threshold of each class: the mean P(class) over the images labelled so, eq. 2 of the paper. Infinite for a class without images.</summary>
    public static double[] Thresholds(Predictions predictions)
    {
        var (sums, counts) = (new double[predictions.Classes], new int[predictions.Classes]);
        for (var i = 0; i < predictions.Count; i++)
        {
            sums[predictions.Truth[i]] += Probability(predictions, i, predictions.Truth[i]);
            counts[predictions.Truth[i]]++;
        }
        return [.. sums.Zip(counts, (sum, count) => count == 0 ? double.PositiveInfinity : sum / count)];
    }

    /// <summary>
    /// Off-diagonal images of the confident joint, eq. 1: among the classes whose threshold the image reaches, the most probable one is not its label.
    /// </summary>
    /// <returns>The most suspect first; ties in the order of the predictions.</returns>
    public static IReadOnlyList<LabelIssue> Find(Predictions predictions, LabelIssueOrder order = LabelIssueOrder.SelfConfidence)
    {
        predictions.Validate();
        var thresholds = Thresholds(predictions);
        var issues = new List<LabelIssue>();
        for (var i = 0; i < predictions.Count; i++)
        {
            var (given, suggested, best, other) = (predictions.Truth[i], -1, double.NegativeInfinity, 0.0);
            for (var k = 0; k < predictions.Classes; k++)
            {
                var p = Probability(predictions, i, k);
                if (k != given) other = Math.Max(other, p);
                if (p >= thresholds[k] && p > best) (suggested, best) = (k, p);
            }
            if (suggested < 0 || suggested == given) continue;
            var self = Probability(predictions, i, given);
            issues.Add(new(i, given, suggested, self, self - other));
        }
        return [.. issues.OrderBy(issue => order == LabelIssueOrder.Margin ? issue.Margin : issue.SelfConfidence)];
    }

    private static double Probability(Predictions predictions, int image, int label) => predictions.Probabilities[(image * predictions.Classes) + label];
}
