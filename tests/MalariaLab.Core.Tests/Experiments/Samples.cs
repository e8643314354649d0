using MalariaLab.Core.Experiments;

namespace MalariaLab.Core.Tests.Experiments;

internal static class Samples
{
    public static DataSpec Data { get; } = new() { DatasetVersionId = 3, SplitId = 7, DatasetHash = new('a', 64), SplitHash = new('b', 64) };

    public static ExperimentSpec Spec(string recipe = "lenet", int classes = 2) => Recipes.Get(recipe).CreateSpec(Data, classes);
}
