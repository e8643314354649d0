using System.Xml.Linq;
using MalariaLab.Web.Components.Shared;
using static MalariaLab.Web.Components.Charts.FigureSvg;

namespace MalariaLab.Web.Components.Charts;

/// <summary>A <see cref="LineChart"/> as a drawing to take away.</summary>
public sealed record LineSvg
{
    private const double Width = 720, Left = 72, Top = 40, Right = 30, PlotHeight = 320;

    /// <summary>Above the plot.</summary>
    public required string Title { get; init; }

    /// <summary>Name of the x axis.</summary>
    public required string XTitle { get; init; }

    /// <summary>The lines.</summary>
    public required IReadOnlyList<ChartSeries> Series { get; init; }

    /// <summary>Format of y: <c>percent</c>, <c>number</c> or <c>scientific</c>.</summary>
    public string Format { get; init; } = "number";

    /// <summary>Logarithmic y; values up to zero are left out.</summary>
    public bool Log { get; init; }

    /// <summary>Lowest y; null fits.</summary>
    public double? Min { get; init; }

    /// <summary>Highest y; null fits.</summary>
    public double? Max { get; init; }

    /// <summary>Both axes from 0 to 1.</summary>
    public bool UnitSquare { get; init; }

    /// <summary>A mark, such as the best epoch.</summary>
    public ChartMark? Mark { get; init; }

    /// <summary>A marked point, such as the operating point.</summary>
    public ChartSpot? Spot { get; init; }

    /// <summary>The drawing.</summary>
    public string Write()
    {
        var lines = Series.Select(s => s with { Points = [.. Downsampling.MinMax(s.Points).Select(p => new ChartPoint(p.X, Scaled(p.Drawn)))] }).ToList();
        var points = lines.SelectMany(s => s.Points).Where(p => p.Drawn is not null).ToList();
        var x = UnitSquare ? (0, 1) : Range(points.Select(p => p.X));
        var y = UnitSquare ? (0, 1) : Range(points.Select(p => p.Drawn!.Value).Concat(((double?[])[Scaled(Min), Scaled(Max)]).OfType<double>()));
        var plot = new Plot(x, y);

        var content = new List<XElement>();
        foreach (var tick in StaticChart.Ticks(y.Low, y.High, 6)) content.AddRange(plot.Row(tick, Label(tick)));
        // There is no half epoch.
        var whole = points.TrueForAll(p => double.IsInteger(p.X)) && !UnitSquare;
        foreach (var tick in StaticChart.Ticks(x.Low, x.High, 8).Where(tick => !whole || double.IsInteger(tick)))
            content.AddRange(plot.Column(tick, UnitSquare ? Figures.Percent(tick, 0) : Figures.Number(Math.Round(tick, 12))));
        content.Add(Text(XTitle, Left + (Plot.Across / 2), Top + PlotHeight + 38, "middle"));
        foreach (var line in lines)
        {
            content.Add(plot.Line(line.Points, ("data-stroke", Palette.Css(line.Colour)), ("stroke-width", "2"), ("stroke-dasharray", Dashes(line.Dash))));
            if (line.IsPoint) content.Add(plot.Point(line.Points.First(p => p.Drawn is not null), Palette.Css(line.Colour)));
        }
        if (Mark is { } mark) content.AddRange(plot.Upright(mark));
        if (Spot is { } spot && Scaled(spot.Y) is { } height) content.AddRange(plot.Dot(spot, height));
        var legend = Legend(Series.Select(s => (s.Name, s.Colour, s.Dash)), Left, Width - Right, Top + PlotHeight + 58, out var end);
        return Document(Title, Width, end - 6, [.. content, .. legend]);
    }

    private double? Scaled(double? value) => !Log ? value : value > 0 ? Math.Log10(value.Value) : null;

    private string Label(double tick)
    {
        var value = Math.Round(Log ? Math.Pow(10, tick) : tick, 12);
        return Format == "percent" ? Figures.Percent(value).Replace(".0 %", " %", StringComparison.Ordinal) : Figures.Number(value);
    }

    private static (double Low, double High) Range(IEnumerable<double> values)
    {
        var all = values.ToList();
        if (all.Count == 0) return (0, 1);
        var (low, high) = (all.Min(), all.Max());
        return high > low ? (low, high) : (low - 0.5, high + 0.5);
    }

    /// <summary>The area of the lines, in data coordinates.</summary>
    private sealed class Plot((double Low, double High) x, (double Low, double High) y)
    {
        public const double Across = Width - Left - Right;

        public IEnumerable<XElement> Row(double tick, string label) =>
            [Grid(Left, Y(tick), Left + Across, Y(tick)), Text(label, Left - 8, Y(tick) + 4, "end", Quiet)];

        public IEnumerable<XElement> Column(double tick, string label) =>
            [Grid(X(tick), Top, X(tick), Top + PlotHeight), Text(label, X(tick), Top + PlotHeight + 18, "middle", Quiet)];

        public XElement Line(IEnumerable<ChartPoint> points, params IEnumerable<(string, object?)> attributes)
        {
            var path = new System.Text.StringBuilder();
            var pen = false;
            foreach (var point in points)
            {
                if (point.Drawn is { } value) path.Append(pen ? 'L' : 'M').Append(N(X(point.X))).Append(' ').Append(N(Y(Math.Clamp(value, y.Low, y.High))));
                pen = point.Drawn is not null;
            }
            return Element("path", [("d", path.ToString()), ("fill", "none"), .. attributes]);
        }

        public XElement Point(ChartPoint point, string colour) => Element("circle", ("cx", X(point.X)), ("cy", Y(point.Drawn!.Value)), ("r", 3.5), ("data-fill", colour));

        public IEnumerable<XElement> Upright(ChartMark mark)
        {
            var late = Beyond(mark.X);
            yield return Element(
                "line",
                ("x1", X(mark.X)),
                ("x2", X(mark.X)),
                ("y1", Top),
                ("y2", Top + PlotHeight),
                ("data-stroke", "var(--text-2)"),
                ("stroke-dasharray", "3 3"));
            yield return Text(mark.Label, X(mark.X) + (late ? -5 : 5), Top + 13, late ? "end" : "start", Quiet);
        }

        public IEnumerable<XElement> Dot(ChartSpot spot, double height) =>
            [
                Element("circle", ("cx", X(spot.X)), ("cy", Y(height)), ("r", 5.0), ("data-fill", "var(--text)")),
                Beyond(spot.X) ? Text(spot.Label, X(spot.X) - 9, Y(height) + 16, "end") : Text(spot.Label, X(spot.X) + 9, Y(height) - 7, "start"),
            ];

        private static (string, object?) Quiet => ("data-fill", "var(--text-2)");

        private static XElement Grid(double x1, double y1, double x2, double y2) => Element("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("data-stroke", "var(--line)"));

        // Past the middle a label stands on the other side, so that it stays inside.
        private bool Beyond(double value) => value > (x.Low + x.High) / 2;

        private double X(double value) => Left + ((value - x.Low) / (x.High - x.Low) * Across);

        private double Y(double value) => Top + PlotHeight - ((value - y.Low) / (y.High - y.Low) * PlotHeight);
    }
}
