namespace MalariaLab.Core.Datasets;

/// <summary>The splits of one cross-validation.</summary>
public static class FoldSet
{
    /// <summary>All folds that the plan belongs to, in the order of their numbers; empty when it is no fold or one is missing.</summary>
    /// <param name="plans">Splits of one version with their plans.</param>
    /// <param name="of">One of the plans.</param>
    public static IReadOnlyList<T> Of<T>(IEnumerable<(T Split, SplitPlan Plan)> plans, SplitPlan of)
    {
        if (of.Method != SplitMethod.KFold) return [];
        static SplitPlan Shared(SplitPlan plan) => plan with { Fold = 0, CarriedFrom = null };
        // Dealt folds and folds that were taken over do not fit together, whatever their plans say.
        var folds = plans
            .Where(p => Shared(p.Plan) == Shared(of) && p.Plan.CarriedFrom is null == of.CarriedFrom is null)
            .DistinctBy(p => p.Plan.Fold)
            .OrderBy(p => p.Plan.Fold)
            .ToList();
        return folds.Count == of.Folds ? [.. folds.Select(p => p.Split)] : [];
    }
}
