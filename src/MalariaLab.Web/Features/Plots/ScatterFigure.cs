using System.Xml.Linq;
using MalariaLab.Web.Components.Charts;
using static MalariaLab.Web.Components.Charts.FigureSvg;

namespace MalariaLab.Web.Features.Plots;

/// <summary>Where the points of a <see cref="ScatterPlot"/> stand, and the same as a drawing to take away.</summary>
public static class ScatterFigure
{
    /// <summary>Size and margins in the drawing's units.</summary>
    public const int Width = 760, Height = 340, Left = 110, Right = 24, Top = 24, Bottom = 44;

    private const int Head = 24;

    /// <summary>From the left, for a place on the horizontal axis.</summary>
    public static double Across(double at) => Left + 12 + (at * (Width - Left - Right - 24));

    /// <summary>From above, for a place on the vertical axis.</summary>
    public static double Up(double at) => Height - Bottom - 8 - (at * (Height - Top - Bottom - 16));

    /// <summary>The drawing, with the runs named below.</summary>
    public static string Svg(string title, IReadOnlyList<PlottedRun> runs, PlotAxis x, PlotAxis y, Func<string, string> word)
    {
        var plot = new XElement(Element("g", ("transform", $"translate(0 {Head})")));
        foreach (var tick in x.Ticks) plot.Add(Grid(Across(tick.At), Top, Across(tick.At), Height - Bottom), Text(tick.Text, Across(tick.At), Height - Bottom + 16, "middle"));
        foreach (var tick in y.Ticks) plot.Add(Grid(Left, Up(tick.At), Width - Right, Up(tick.At)), Text(tick.Text, Left - 6, Up(tick.At) + 4, "end"));
        plot.Add(Text(word(x.Dimension.Key), Width - Right, Height - 6, "end"), Text(word(y.Dimension.Key), 12, 14, "start"));
        for (var i = 0; i < runs.Count; i++)
            if (x.Of(i) is { } a && y.Of(i) is { } b)
                plot.Add(Element("circle", ("cx", Across(a)), ("cy", Up(b)), ("r", 5.0), ("data-fill", Palette.Css(Palette.OfRun(runs[i].Row.Id)))));
        var legend = PlotLegend.Of(runs, 16, Width - Right, Head + Height + 16, out var end);
        return Document(title, Width, end, [plot, .. legend]);
    }

    private static XElement Grid(double x1, double y1, double x2, double y2) => Element("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("data-stroke", "var(--line)"));
}
