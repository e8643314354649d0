using MalariaLab.Core.Runs;
using MalariaLab.Web.Features.Runs;
using Xunit;

namespace MalariaLab.Web.Tests.Runs;

public sealed class RunProgressPanelTests
{
    [Theory]
    [InlineData("Building the pixel cache", 0, 0.5)]
    [InlineData("Training", 1, 0.125)]
    [InlineData("Validating", 1, 0.25)]
    [InlineData("Training", 2, 0.375)]
    [InlineData("Evaluating", 2, 0.5)]
    public void Share_OfHalfAStage_NeverGoesBackWithinTheTraining(string stage, int epoch, double share) =>
        Assert.Equal(share, RunProgressPanel.Of(new() { Stage = stage, Epoch = epoch, Epochs = 4, Step = 5, Steps = 10 }));
}
