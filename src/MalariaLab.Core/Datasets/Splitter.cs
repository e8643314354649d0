using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Datasets;

/// <summary>
/// Assigns every image of a dataset version to a part. The outcome depends on image contents, labels, groups and the plan only:
/// not on the order of the images, nor on the machine.
/// </summary>
public static class Splitter
{
    /// <summary>Makes the assignment.</summary>
    /// <param name="items">All images, in manifest order.</param>
    /// <param name="plan">What is asked for.</param>
    /// <returns>One <see cref="SplitPart"/> an image, as the byte that is stored, in manifest order.</returns>
    /// <exception cref="ExplainedException">The plan cannot be met; the message says why and what to do.</exception>
    public static byte[] Assign(IReadOnlyList<SplitItem> items, SplitPlan plan)
    {
        if (items.Count == 0) throw new ExplainedException("There are no images to split.");
        var parts = plan.Method switch
        {
            SplitMethod.Ratio => ByRatio(items, plan),
            SplitMethod.KFold => ByFold(items, plan),
            SplitMethod.Folders => AsGiven(items),
            _ => throw new ExplainedException($"{plan.Method} is no way to split."),
        };
        return Array.ConvertAll(parts, part => (byte)part);
    }

    private static SplitPart[] ByRatio(IReadOnlyList<SplitItem> items, SplitPlan plan)
    {
        double[] percents = [plan.TrainPercent, plan.ValidationPercent, plan.TestPercent];
        if (percents.Any(p => !(p >= 0)) || Math.Abs(percents.Sum() - 100) > 1e-6)
            throw new ExplainedException($"Training, validation and test shares must be 0 or more and sum to 100 %, not {string.Join(" + ", percents)} %.");
        if (plan.TrainPercent == 0) throw new ExplainedException("A split without training images trains nothing: give the training part a share.");
        var dealt = Deal(items, Enumerable.Range(0, items.Count), plan, percents, new(plan.Seed));
        return Array.ConvertAll(dealt, part => (SplitPart)part);
    }

    private static SplitPart[] ByFold(IReadOnlyList<SplitItem> items, SplitPlan plan)
    {
        if (plan.Folds < 2) throw new ExplainedException($"Cross-validation needs 2 folds or more, not {plan.Folds}.");
        if (plan.Fold < 0 || plan.Fold >= plan.Folds)
            throw new ExplainedException($"Fold {plan.Fold} does not exist: {plan.Folds} folds are numbered 0 to {plan.Folds - 1}.");
        var rest = 100 - (100.0 / plan.Folds);
        if (!(plan.ValidationPercent >= 0 && plan.ValidationPercent < rest))
            throw new ExplainedException($"With {plan.Folds} folds, validation can take 0 to less than {rest:0.#} % of the images, not {plan.ValidationPercent} %.");

        // The folds come first and from the seed alone, so that all folds of one seed fit together; validation is then cut from the rest.
        var random = new DeterministicRandom(plan.Seed);
        var folds = Deal(items, Enumerable.Range(0, items.Count), plan, [.. Enumerable.Repeat(1.0, plan.Folds)], random);
        var result = Array.ConvertAll(folds, fold => fold == plan.Fold ? SplitPart.Test : SplitPart.Train);
        var others = Enumerable.Range(0, items.Count).Where(i => folds[i] != plan.Fold);
        var inner = Deal(items, others, plan, [rest - plan.ValidationPercent, plan.ValidationPercent], random);
        for (var i = 0; i < result.Length; i++)
            if (inner[i] == 1) result[i] = SplitPart.Validation;
        return result;
    }

    private static SplitPart[] AsGiven(IReadOnlyList<SplitItem> items)
    {
        var parts = items.Select(item => item.GivenPart ?? SplitPart.Unused).ToArray();
        foreach (var needed in (SplitPart[])[SplitPart.Train, SplitPart.Test])
            if (!parts.Contains(needed))
                throw new ExplainedException($"The folders of this dataset give no {(needed == SplitPart.Train ? "training" : "test")} images; split by ratio instead.");
        return parts;
    }

    /// <summary>Deals the chosen images to numbered parts; images outside the choice stay at −1.</summary>
    private static int[] Deal(IReadOnlyList<SplitItem> items, IEnumerable<int> chosen, SplitPlan plan, double[] shares, DeterministicRandom random)
    {
        // A canonical order first: the shuffle must not depend on the manifest's.
        var ordered = chosen.OrderBy(i => items[i].Sha256, StringComparer.Ordinal).ThenBy(i => items[i].Label).ThenBy(i => items[i].Group, StringComparer.Ordinal);
        var units = plan.Unit == SplitUnit.Image
            ? ordered.Select(i => new[] { i }).ToArray()
            : [.. ordered.GroupBy(i => items[i].Group ?? "\0" + items[i].Sha256, StringComparer.Ordinal).Select(group => group.ToArray())];
        var classes = plan.Stratified ? items.Max(item => item.Label) + 1 : 1;
        var counts = Array.ConvertAll(units, unit =>
        {
            var count = new int[classes];
            foreach (var i in unit) count[plan.Stratified ? items[i].Label : 0]++;
            return count;
        });

        var wanted = shares.Count(share => share > 0);
        if (units.Length < wanted)
        {
            var unit = (plan.Unit == SplitUnit.Image ? "image" : "group") + (units.Length == 1 ? "" : "s");
            throw new ExplainedException($"{units.Length} {unit} cannot fill {wanted} parts; ask for fewer parts, or split by image.");
        }
        var partOfUnit = SplitDealer.Deal(counts, shares, random);
        var result = new int[items.Count];
        Array.Fill(result, -1);
        for (var u = 0; u < units.Length; u++)
            foreach (var i in units[u]) result[i] = partOfUnit[u];
        return result;
    }
}
