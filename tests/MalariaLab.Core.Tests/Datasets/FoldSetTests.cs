using MalariaLab.Core.Datasets;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class FoldSetTests
{
    private static readonly SplitPlan Plan = new() { Method = SplitMethod.KFold, Folds = 3, ValidationPercent = 10 };

    [Fact]
    public void Of_OneFold_FindsItsSistersInOrder()
    {
        var plans = new[] { 2, 0, 1 }.Select(fold => ($"fold {fold}", Plan with { Fold = fold }))
            .Append(("other seed", Plan with { Seed = 7 })).Append(("taken over", Plan with { Fold = 1, CarriedFrom = 4 }));
        Assert.Equal(["fold 0", "fold 1", "fold 2"], FoldSet.Of(plans, Plan with { Fold = 1 }));
    }

    [Fact]
    public void Of_AMissingFoldOrNoFold_IsEmpty()
    {
        Assert.Empty(FoldSet.Of([(1, Plan), (2, Plan with { Fold = 1 })], Plan));
        Assert.Empty(FoldSet.Of([(1, new SplitPlan())], new()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(21)]
    [InlineData(int.MaxValue)]
    public void EachFold_OfTooFewOrTooMany_IsRefusedBeforeAnythingIsMade(int folds) =>
        Assert.Contains($"not {folds}", Assert.Throws<ExplainedException>(() => (Plan with { Folds = folds }).EachFold("cv")).Message);
}
