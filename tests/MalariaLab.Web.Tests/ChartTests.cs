using MalariaLab.Web.Components.Charts;
using MalariaLab.Web.Components.Shared;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class ChartTests
{
    [Fact]
    public void MinMax_OfALongSeries_KeepsEndsAndExtremesInOrderWithinTheLimit()
    {
        var points = Enumerable.Range(0, 100_000).Select(i => new ChartPoint(i, Math.Sin(i / 900.0))).ToList();
        points[43_210] = new(43_210, 50);
        points[77_777] = new(77_777, -50);
        var thin = Downsampling.MinMax(points);
        Assert.InRange(thin.Count, 500, Downsampling.Limit);
        Assert.Equal(points[0], thin[0]);
        Assert.Equal(points[^1], thin[^1]);
        Assert.Contains(points[43_210], thin);
        Assert.Contains(points[77_777], thin);
        Assert.Equal(thin.OrderBy(p => p.X), thin);
    }

    [Fact]
    public async Task Charts_OfASingleEpoch_ShowItAsADotOverItsNumber()
    {
        IReadOnlyList<ChartSeries> series = [new("validation", [new(1, 0.4)], 0), new("training", [new(1, 0.5)], 1, Dashed: true)];
        var page = await Markup.OfAsync<StaticChart>(new() { ["Title"] = "Loss", ["XTitle"] = "Epoch", ["Series"] = series });
        var file = new LineSvg { Title = "Loss", XTitle = "Epoch", Series = series }.Write();
        Assert.All([page, file], svg => Assert.Equal(2, svg.Split("<circle").Length - 1));
        Assert.All([page, file], svg => Assert.DoesNotContain(">0.8<", svg));
    }

    [Fact]
    public void MinMax_AcrossAStretchWithoutValues_LeavesAGap()
    {
        var points = Enumerable.Range(0, 3000).Select(i => new ChartPoint(i, i is > 1000 and < 2000 ? double.NaN : i)).ToList();
        Assert.Contains(Downsampling.MinMax(points), p => p.Drawn is null && p.X is > 1000 and < 2000);
    }

    [Fact]
    public void MinMax_OfAShortSeries_IsTheSeries()
    {
        ChartPoint[] points = [new(1, 0.5), new(2, null)];
        Assert.Same(points, Downsampling.MinMax(points));
    }

    [Fact]
    public void Data_OfAChart_JoinsSeriesByXAndLeavesGapsEmpty() =>
        Assert.Equal("Epoch\ttrain\tvalidation\n1\t0.5\t\n2\t0.25\t0.75\n", FigureCsv.Write(ChartTable.Cells(
            [new("train", [new(1, 0.5), new(2, 0.25)], 0), new("validation", [new(2, 0.75), new(1, double.NaN)], 1)], "Epoch"), '\t').ReplaceLineEndings("\n"));

    [Fact]
    public void Data_OfARunWhoseNameIsAFormula_IsText() =>
        Assert.Equal("Epoch,\"'=1+1\"\n1,-0.5\n", FigureCsv.Write(ChartTable.Cells([new("=1+1", [new(1, -0.5)], 0)], "Epoch")).ReplaceLineEndings("\n"));

    [Fact]
    public void Svg_OfAChart_IsXmlWithALineAndALegendEntryForEachSeries()
    {
        var svg = System.Xml.Linq.XDocument.Parse(new LineSvg
        {
            Title = "Loss <&>\u0001",
            XTitle = "Epoch",
            Series = [new("A & B", [new(1, 0.5), new(2, null), new(3, 0.25), new(4, 0.2)], 0), new("C", [new(1, 100), new(4, -1)], 1, Dashed: true)],
            Log = true,
            Mark = new(3, "best"),
        }.Write());
        var paths = svg.Descendants().Where(e => e.Name.LocalName == "path").Select(e => (string)e.Attribute("d")!).ToList();
        // A gap lifts the pen, and so does what has no logarithm.
        Assert.Equal([2, 1], paths.Select(path => path.Count(c => c == 'M')));
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        Assert.Equal("Loss <&>", texts[0]);
        Assert.Subset(texts.ToHashSet(), new HashSet<string> { "A & B", "C", "Epoch", "best", "1", "10" });
        Assert.DoesNotContain("NaN", svg.ToString());
    }

    [Fact]
    public void Svg_WithoutAPoint_IsAnEmptyPlot() =>
        Assert.DoesNotContain("NaN", new LineSvg { Title = "Loss", XTitle = "Epoch", Series = [new("A", [new(1, null)], 0)] }.Write());

    [Fact]
    public void Matrix_AsFigure_ShowsCountsSharesAndClassesThatHaveNoImages()
    {
        var matrix = new Core.Evaluation.ConfusionMatrix(["Parasitized", "Uninfected"], [[9, 1], [0, 0]]);
        var figure = System.Xml.Linq.XDocument.Parse(MatrixFigure.Svg(matrix, "Confusion matrix", "True", "Predicted"));
        var texts = figure.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        Assert.Subset(texts.ToHashSet(), new HashSet<string> { "9", "90.0 %", "1", "10.0 %", "0", "–", "Parasitized", "Uninfected" });
        Assert.Equal("truth \\ predicted,Parasitized,Uninfected\nParasitized,9,1\nUninfected,0,0\n", FigureCsv.Write(MatrixFigure.Rows(matrix)).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("ROC, AUC 0.98", "roc-auc-0-98")]
    [InlineData("../..", "")]
    [InlineData("损失", "")]
    public void FileName_OfAFigure_IsSafe(string title, string name) => Assert.Equal(name, SafeNames.Slug(title));

    [Fact]
    public void Runs_OfOneColour_KeepIt_AndDifferInTheirDashes()
    {
        Assert.Equal(Palette.OfRun(1), Palette.OfRun(1 + Palette.Size));
        var dashes = Palette.DashesOf([9, 1, 2, 17]);
        Assert.Equal([0, 6, 0, 2], new long[] { 9, 1, 2, 17 }.Select(id => dashes[id]));
    }

    [Fact]
    public void Smoothing_OfAConstant_IsTheConstantFromTheFirstPointOn()
    {
        var flat = Enumerable.Range(1, 20).Select(i => new ChartPoint(i, i == 7 ? null : 0.25)).ToList();
        var smooth = Smoothing.Ema(flat, 0.9);
        Assert.All(smooth, p => Assert.Equal(p.X == 7 ? (double?)null : 0.25, p.Y is { } y ? Math.Round(y, 12) : (double?)null));
        Assert.Same(flat, Smoothing.Ema(flat, 0));
    }

    [Fact]
    public void Smoothing_WeighsLaterPointsMore()
    {
        // Weights 0.5 and 0.25 over their sum, 0.75.
        var smooth = Smoothing.Ema([new(1, 0), new(2, 3)], 0.5);
        Assert.Equal(2, smooth[1].Y!.Value, 12);
    }

    [Theory]
    [InlineData(0.95631, "95.6 %")]
    [InlineData(1.0, "100.0 %")]
    [InlineData(double.NaN, "–")]
    [InlineData(null, "–")]
    public void Percent_HasOneDecimal(double? share, string text) => Assert.Equal(text, Figures.Percent(share));

    [Theory]
    [InlineData(0.11542, "0.1154")]
    [InlineData(12.3456, "12.35")]
    [InlineData(30, "30")]
    [InlineData(0.00001, "1e-5")]
    [InlineData(0.001, "0.001")]
    [InlineData(0, "0")]
    [InlineData(double.PositiveInfinity, "–")]
    public void Number_HasSensiblePrecision(double value, string text) => Assert.Equal(text, Figures.Number(value));

    [Theory]
    [InlineData(4.2, "4.2 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 05 min")]
    [InlineData(273600, "3 d 4 h")]
    public void Duration_IsReadable(double seconds, string text) => Assert.Equal(text, Figures.Duration(seconds));

    [Fact]
    public void Sparkline_WithAGap_LiftsThePen() =>
        Assert.Equal("M2 25L40.67 3M118 3", Sparkline.Path([0, 1, null, 1]));
}
