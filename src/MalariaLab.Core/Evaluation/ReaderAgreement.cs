namespace MalariaLab.Core.Evaluation;

/// <summary>How far two readers agree on the images that both have read.</summary>
/// <param name="Counts">[first reader's class][second reader's class]; its accuracy is the share of agreement.</param>
/// <param name="Kappa">Cohen's kappa (1960): agreement beyond chance; null without common images, or when chance alone would agree always.</param>
public sealed record ReaderAgreement(ConfusionMatrix Counts, double? Kappa)
{
    // 0.975 quantile of the normal distribution.
    private const double Normal = 1.959963984540054;

    /// <summary>
    /// 95 % interval of kappa by its large-sample standard error (Fleiss, Cohen and Everitt 1969, eq. 10), kept within −1 and 1; null where kappa is.
    /// </summary>
    public Interval? KappaInterval
    {
        get
        {
            if (Kappa is not { } kappa) return null;
            var (n, classes) = ((double)Counts.Total, Counts.Classes);
            var row = Enumerable.Range(0, classes).Select(k => Counts.Support(k) / n).ToArray();
            var column = Enumerable.Range(0, classes).Select(k => Counts.Predicted(k) / n).ToArray();
            var chance = row.Zip(column, (r, c) => r * c).Sum();
            var (diagonal, rest) = (0.0, 0.0);
            for (var i = 0; i < classes; i++)
                for (var j = 0; j < classes; j++)
                {
                    var share = Counts.Matrix[i][j] / n;
                    if (i == j) diagonal += share * Math.Pow(1 - ((row[i] + column[i]) * (1 - kappa)), 2);
                    else rest += share * Math.Pow(column[i] + row[j], 2);
                }
            var variance = diagonal + (Math.Pow(1 - kappa, 2) * rest) - Math.Pow(kappa - (chance * (1 - kappa)), 2);
            var half = Normal * Math.Sqrt(Math.Max(0, variance) / n) / (1 - chance);
            return new(Math.Max(-1, kappa - half), Math.Min(1, kappa + half));
        }
    }

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
