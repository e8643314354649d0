using System.Runtime.CompilerServices;
using System.Xml.Linq;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Plots;
using Xunit;

namespace MalariaLab.Web.Tests.Plots;

public sealed class RunDimensionTests
{
    [Fact]
    public void Axis_OverDecades_IsLogarithmic()
    {
        var axis = new PlotAxis(new("rate", false, [], [1e-4, 1e-3, 1e-2], []));
        Assert.Equal([0, 0.5, 1], Enumerable.Range(0, 3).Select(i => Math.Round(axis.Of(i)!.Value, 9)));
        Assert.Equal(3, axis.Ticks.Count);
    }

    [Fact]
    public void Axis_OfWords_SpacesThemEvenly_AndAMissingValueHasNoPlace()
    {
        var axis = new PlotAxis(new("recipe", false, [], [0, 1, null], ["cellnet", "lenet"]));
        Assert.Equal(["cellnet", "lenet"], axis.Ticks.Select(t => t.Text));
        Assert.Equal(0.5, axis.Of(0)!.Value + (axis.Of(1)!.Value - axis.Of(0)!.Value) / 2, 9);
        Assert.Null(axis.Of(2));
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(0.93, 0.97)]
    [InlineData(-3, 12)]
    public void Axis_OfNumbers_HoldsItsValuesAndTicks(double low, double high)
    {
        var axis = new PlotAxis(new("figure", true, [], [low, high], []));
        Assert.InRange(axis.Of(0)!.Value, 0, axis.Of(1)!.Value);
        Assert.InRange(axis.Of(1)!.Value, axis.Of(0)!.Value, 1);
        Assert.All(axis.Ticks, t => Assert.InRange(t.At, -1e-9, 1 + 1e-9));
        Assert.NotEmpty(axis.Ticks);
    }

    [Fact]
    public void Figures_OfPlots_HoldEveryRunAndItsName()
    {
        PlottedRun[] runs = [Run(1, "LeNet"), Run(2, "Cell <Net>")];
        RunDimension rate = new("optimizer.learningRate", false, ["0.1", "0.2"], [0.1, 0.2], []), accuracy = new("Accuracy", true, ["90 %", "–"], [0.9, null], [], Percent: true);
        var scatter = XElement.Parse(ScatterFigure.Svg("Accuracy over rate", runs, new(rate), new(accuracy), word => word));
        var parallel = XElement.Parse(new ParallelFigure([rate, accuracy]).Svg("Parallel coordinates", runs, word => word));
        Assert.Single(Named(scatter, "circle"));
        Assert.Equal(2, Named(parallel, "path").Count());
        foreach (var figure in new[] { scatter, parallel })
        {
            Assert.Equal(2, Named(figure, "text").Count(t => t.Value is "LeNet" or "Cell <Net>"));
            Assert.Contains(Named(figure, "text"), t => t.Value == "optimizer.learningRate");
        }
    }

    // Only the row id is asked for.
    private static PlottedRun Run(long id, string name) => new(
        (RunRow)RuntimeHelpers.GetUninitializedObject(typeof(RunRow)) with { Id = id },
        Recipes.Get("lenet").CreateSpec(new() { DatasetVersionId = 1, SplitId = 1, DatasetHash = "d", SplitHash = "s" }, 2), name);

    private static IEnumerable<XElement> Named(XElement figure, string name) => figure.Descendants().Where(e => e.Name.LocalName == name);
}
