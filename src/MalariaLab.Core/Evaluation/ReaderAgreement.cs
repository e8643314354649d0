namespace MalariaLab.Core.Evaluation;

/// <summary>How far two readers agree on the images that both have read.</summary>
/// <param name="Counts">[first reader's class][second reader's class]; its accuracy is the share of agreement.</param>
/// <param name="Kappa">Cohen's kappa (1960): agreement beyond chance; null without common images, or when chance alone would agree always.</param>
public sealed record ReaderAgreement(ConfusionMatrix Counts, double? Kappa)
{
    /// <summary>Compares two readings.</summary>
    /// <param name="labels">Class names.</param>
    /// <param name="first">Class that the first reader gave each image, null where not read.</param>
    /// <param name="second">Class that the second reader gave, same images.</param>
    public static ReaderAgreement Of(IReadOnlyList<string> labels, IReadOnlyList<int?> first, IReadOnlyList<int?> second)
    {
        if (first.Count != second.Count)
            throw new ArgumentException($"{first.Count} readings cannot be set against {second.Count}.", nameof(second));
        var both = Enumerable.Range(0, first.Count).Where(i => first[i] is not null && second[i] is not null).ToArray();
        var counts = ConfusionMatrix.Count(labels, Array.ConvertAll(both, i => first[i]!.Value), Array.ConvertAll(both, i => second[i]!.Value));
        return new(counts, both.Length == 0 ? null : counts.CohenKappa);
    }
}
