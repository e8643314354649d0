using System.Text;
using System.Xml.Linq;
using MalariaLab.Web.Components.Charts;
using static MalariaLab.Web.Components.Charts.FigureSvg;

namespace MalariaLab.Web.Features.Plots;

/// <summary>Where the lines of <see cref="ParallelCoordinates"/> run, and the same as a drawing to take away.</summary>
/// <param name="axes">From left to right, at least two.</param>
public sealed class ParallelFigure(IReadOnlyList<RunDimension> axes)
{
    /// <summary>Size and margins in the drawing's units.</summary>
    public const int Height = 360, Top = 40, Bottom = 16;

    private const int Side = 16, Head = 24;

    /// <summary>The axes.</summary>
    public IReadOnlyList<PlotAxis> Axes { get; } = [.. axes.Select(a => new PlotAxis(a))];

    /// <summary>Width of the drawing.</summary>
    public int Width => Math.Max(760, 120 * Axes.Count);

    /// <summary>From the left, of an axis.</summary>
    public double Across(int axis) => Side + ((double)axis * (Width - (2 * Side)) / (Axes.Count - 1));

    /// <summary>From above, for a place on an axis.</summary>
    public static double Up(double at) => Height - Bottom - 6 - (at * (Height - Top - Bottom - 12));

    /// <summary>A run's line as an SVG path; a missing value lifts the pen.</summary>
    public string Path(int run)
    {
        var path = new StringBuilder();
        var pen = false;
        for (var a = 0; a < Axes.Count; a++)
        {
            if (Axes[a].Of(run) is not { } at) { pen = false; continue; }
            path.Append(pen ? 'L' : 'M').Append(N(Across(a))).Append(' ').Append(N(Up(at)));
            pen = true;
        }
        return path.ToString();
    }

    /// <summary>Side of an axis on which its labels stand: the last one's would leave the drawing.</summary>
    public (double Offset, string Anchor) LabelOf(int axis) => axis == Axes.Count - 1 ? (-6, "end") : (6, "start");

    /// <summary>Height and side of an axis's name; neighbours stand at two heights, so that long ones don't meet.</summary>
    public (double Y, string Anchor) NameOf(int axis) => (axis % 2 == 0 ? 14 : 28, axis == Axes.Count - 1 ? "end" : axis == 0 ? "start" : "middle");

    /// <summary>The drawing, with the runs named below.</summary>
    public string Svg(string title, IReadOnlyList<PlottedRun> runs, Func<string, string> word)
    {
        var plot = new XElement(Element("g", ("transform", $"translate(0 {Head})")));
        for (var a = 0; a < Axes.Count; a++)
        {
            var (name, side) = NameOf(a);
            plot.Add(
                Text(word(Axes[a].Dimension.Key), Across(a), name, side),
                Element("line", ("x1", Across(a)), ("x2", Across(a)), ("y1", Top), ("y2", Height - Bottom), ("data-stroke", "var(--text-2)")));
        }
        for (var i = 0; i < runs.Count; i++)
            plot.Add(Element("path", ("d", Path(i)), ("fill", "none"), ("data-stroke", Palette.Css(Palette.OfRun(runs[i].Row.Id))), ("stroke-width", "1.5")));
        for (var a = 0; a < Axes.Count; a++)
        {
            var (offset, anchor) = LabelOf(a);
            // White around the letters, so that a line behind them does not strike them out.
            (string, object?)[] outline = [("stroke", "#fff"), ("stroke-width", "4"), ("paint-order", "stroke")];
            plot.Add(Axes[a].Ticks.Select(tick => Text(tick.Text, Across(a) + offset, Up(tick.At) + 4, anchor, outline)));
        }
        var legend = PlotLegend.Of(runs, Side, Width - Side, Head + Height + 16, out var end);
        return Document(title, Width, end, [plot, .. legend]);
    }
}
