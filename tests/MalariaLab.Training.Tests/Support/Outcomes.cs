using MalariaLab.Core.Runs;
using Xunit;

namespace MalariaLab.Training.Tests.Support;

/// <summary>Compares trainings by everything but their clocks.</summary>
internal static class Outcomes
{
    public static EpochRecord Timeless(EpochRecord epoch) => epoch with { Seconds = 0, ImagesPerSecond = 0 };

    public static void AssertSame(TrainingOutcome expected, TrainingOutcome actual)
    {
        Assert.Equal(expected.Epochs.Select(Timeless), actual.Epochs.Select(Timeless));
        Assert.Equal(expected.WeightsSha256, actual.WeightsSha256);
        Assert.Equal(expected.Scores.SelectMany(s => s.Probabilities), actual.Scores.SelectMany(s => s.Probabilities));
    }
}
