using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Callbacks;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Callbacks;

public sealed class LearningRateTests
{
    private const int StepsPerEpoch = 10, Epochs = 10;

    // torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1, total_steps=100, pct_start=0.3), steps 0, 10, 29, 30, 60, 99.
    [Theory]
    [InlineData(0, 0.0040000000000000036)]
    [InlineData(10, 0.029516394846410082)]
    [InlineData(29, 0.1)]
    [InlineData(30, 0.09994965352845243)]
    [InlineData(60, 0.05892800902855288)]
    [InlineData(99, 4e-07)]
    public void OneCycle_AtStep_EqualsPyTorch(long step, double expected) =>
        Assert.Equal(expected, LearningRate.At(new() { Kind = ScheduleKind.OneCycle }, 0.1, step, StepsPerEpoch, Epochs), 1e-12);

    [Fact]
    public void Step_EveryThreeEpochs_MultipliesByTheFactor()
    {
        var schedule = new ScheduleSpec { Kind = ScheduleKind.Step, Factor = 0.1, StepEpochs = 3 };
        Assert.Equal(0.5, At(schedule, 29), 1e-15);
        Assert.Equal(0.05, At(schedule, 30), 1e-15);
        Assert.Equal(0.0005, At(schedule, 99), 1e-15);
    }

    [Fact]
    public void Cosine_WithWarmUp_RisesLinearlyThenFallsToTheLowest()
    {
        var schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, WarmUpEpochs = 2, MinLearningRate = 0.01 };
        Assert.Equal(0.025, At(schedule, 0), 1e-15);
        Assert.Equal(0.5, At(schedule, 19), 1e-15);
        Assert.Equal(0.5, At(schedule, 20), 1e-15);
        Assert.Equal((0.5 + 0.01) / 2, At(schedule, 60), 1e-15);
        Assert.InRange(At(schedule, 99), 0.01, 0.011);
    }

    [Fact]
    public void Plateau_AtAnyStep_LeavesTheRateToItsState() => Assert.Equal(0.5, At(new() { Kind = ScheduleKind.Plateau, WarmUpEpochs = 2 }, 3));

    private static double At(ScheduleSpec schedule, long step) => LearningRate.At(schedule, 0.5, step, StepsPerEpoch, Epochs);
}
