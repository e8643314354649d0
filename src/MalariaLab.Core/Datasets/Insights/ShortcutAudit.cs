using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Datasets.Insights;

/// <summary>What the audit looks at: everything of an image that a network should not need.</summary>
public sealed record AuditImage(int Label, string? Group, int Width, int Height, int Bytes, string Format, double Red, double Green, double Blue, double BackgroundShare);

/// <summary>How well something predicts a class on groups that it was not learned from.</summary>
/// <param name="Feature">Key of <see cref="ShortcutFeatures"/>, or <see cref="ShortcutFeatures.All"/>.</param>
/// <param name="Auc">Area under the ROC curve of the out-of-fold scores; about 0.5 for what says nothing.</param>
/// <param name="Low">Lower bound of its 95 % interval, groups counting as one witness each; null where it cannot be estimated.</param>
/// <param name="High">Upper bound.</param>
public sealed record ShortcutScore(string Feature, double Auc, double? Low, double? High)
{
    /// <summary>An area that a reader should know of: beyond chance by its interval, and large enough to matter.</summary>
    public bool IsNotable => Auc >= ShortcutAudit.Notable && Low is null or > 0.5;
}

/// <summary>One class against the rest.</summary>
/// <param name="ClassIndex">The class.</param>
/// <param name="Together">All features in one model.</param>
/// <param name="Features">Each feature alone, the strongest first.</param>
public sealed record ShortcutTarget(int ClassIndex, ShortcutScore Together, IReadOnlyList<ShortcutScore> Features);

/// <summary>
/// Looks for shortcuts: a logistic regression, cross-validated with whole groups (patients) left out, predicts each class from what a network should not need.
/// A high area means that a network can look right without looking at the cell.
/// </summary>
public sealed record ShortcutAudit
{
    /// <summary>Smaller areas are not worth a warning.</summary>
    public const double Notable = 0.65;

    private const int MostFolds = 5;

    /// <summary>Images.</summary>
    public required int Images { get; init; }

    /// <summary>Groups; an image without one is its own.</summary>
    public required int Groups { get; init; }

    /// <summary>Folds of the cross-validation; 0 when there was too little to validate.</summary>
    public required int Folds { get; init; }

    /// <summary>With two classes the positive one, with more each against the rest; empty when there was too little to validate.</summary>
    public required IReadOnlyList<ShortcutTarget> Targets { get; init; }

    /// <summary>The strongest single feature of any class, else all together, where it is notable; null when nothing is.</summary>
    public (ShortcutTarget Target, ShortcutScore Score)? Finding()
    {
        var alone = Targets.Where(t => t.Features[0].IsNotable).OrderByDescending(t => t.Features[0].Auc).FirstOrDefault();
        if (alone is not null) return (alone, alone.Features[0]);
        var together = Targets.Where(t => t.Together.IsNotable).OrderByDescending(t => t.Together.Auc).FirstOrDefault();
        return together is null ? null : (together, together.Together);
    }

    /// <summary>Examines a dataset version. The same images give the same answer on every machine.</summary>
    /// <param name="images">All images.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="positive">With two classes the one that is predicted.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellationToken">Stops between two fits.</param>
    public static ShortcutAudit Of(IReadOnlyList<AuditImage> images, int classes, int positive, Action<double>? progress = null, CancellationToken cancellationToken = default)
    {
        var groups = Number(images);
        var count = groups.Length == 0 ? 0 : groups.Max() + 1;
        var sizes = new int[count][];
        for (var g = 0; g < count; g++) sizes[g] = new int[classes];
        for (var i = 0; i < groups.Length; i++) sizes[groups[i]][images[i].Label]++;
        var folds = Math.Min(MostFolds, count);
        var targets = classes == 2 ? [positive] : Enumerable.Range(0, classes).Where(c => sizes.Any(s => s[c] > 0)).ToArray();
        if (folds < 2 || images.Select(i => i.Label).Distinct().Count() < 2) return new() { Images = images.Count, Groups = count, Folds = 0, Targets = [] };
        var foldOf = SplitDealer.Deal(sizes, [.. Enumerable.Repeat(1.0, folds)], new DeterministicRandom(42));
        var features = ShortcutFeatures.Of(images);

        var (done, all) = (0, targets.Length * (features.Count + 1));
        var scored = new List<ShortcutTarget>();
        foreach (var target in targets)
        {
            var truth = images.Select(i => i.Label == target).ToArray();
            var alone = features.Select(f => Validate(f.Key, f.Columns, truth)).OrderByDescending(s => s.Auc).ToList();
            scored.Add(new(target, Validate(ShortcutFeatures.All, ShortcutFeatures.Join(features), truth), alone));
        }
        return new() { Images = images.Count, Groups = count, Folds = folds, Targets = scored };

        ShortcutScore Validate(string key, double[][] rows, bool[] truth)
        {
            var scores = new double[rows.Length];
            for (var fold = 0; fold < folds; fold++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var model = LogisticRegression.Fit(rows, truth, [.. Enumerable.Range(0, rows.Length).Where(i => foldOf[groups[i]] != fold)]);
                for (var i = 0; i < rows.Length; i++)
                    if (foldOf[groups[i]] == fold) scores[i] = model.Score(rows[i]);
            }
            progress?.Invoke((double)++done / all);
            var auc = ClusteredAuc.Of(scores, truth, groups)!;
            return new(key, auc.Auc, auc.Interval?.Low, auc.Interval?.High);
        }
    }

    private static int[] Number(IReadOnlyList<AuditImage> images)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var (groups, next) = (new int[images.Count], 0);
        for (var i = 0; i < groups.Length; i++)
        {
            if (images[i].Group is not { } key) groups[i] = next++;
            else if (numbers.TryGetValue(key, out var known)) groups[i] = known;
            else groups[i] = numbers[key] = next++;
        }
        return groups;
    }
}
