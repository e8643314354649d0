using MalariaLab.Core.Datasets;
using MalariaLab.Web.Features.Datasets;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

public sealed class SplitDraftTests
{
    [Fact]
    public void Plans_ByRatio_IsOnePlanWithATellingName()
    {
        var (plan, name) = Assert.Single(new SplitDraft { Train = 63, Validation = 7, Test = 30, Unit = SplitUnit.Image }.Plans());
        Assert.Equal("63/7/30 by image, seed 42", name);
        Assert.Equal(new SplitPlan { Unit = SplitUnit.Image, TrainPercent = 63, ValidationPercent = 7, TestPercent = 30 }, plan);
    }

    [Fact]
    public void Plans_ByFolds_IsOnePlanAFoldUnderOneName()
    {
        var plans = new SplitDraft { Method = SplitMethod.KFold, Folds = 3, Name = " mine " }.Plans();
        Assert.Equal(["mine, fold 1", "mine, fold 2", "mine, fold 3"], plans.Select(p => p.Name));
        Assert.Equal([0, 1, 2], plans.Select(p => p.Plan.Fold));
    }

    [Fact]
    public void Of_APlan_AsksForThatPlan()
    {
        var plan = new SplitPlan
        {
            Method = SplitMethod.KFold,
            Unit = SplitUnit.Image,
            TrainPercent = 70,
            ValidationPercent = 5,
            TestPercent = 25,
            Seed = 7,
            Stratified = false,
            Folds = 4,
        };
        Assert.Equal(plan, SplitDraft.Of(plan).Plans()[0].Plan);
    }
}
