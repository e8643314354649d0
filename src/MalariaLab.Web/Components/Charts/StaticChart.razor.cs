using System.Globalization;
using System.Text;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Components.Charts;

/// <summary>The same lines as <see cref="LineChart"/> in an SVG that needs no script, no circuit and no other file.</summary>
public sealed partial class StaticChart : ComponentBase
{
    private const double Left = 54, Top = 8, Width = 404, Height = 224;
    private const int MostPoints = 400;
    private IReadOnlyList<ChartSeries> drawn = [];
    private (double Low, double High) x, y;
    private bool whole;

    /// <summary>What is shown.</summary>
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>The lines.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    /// <summary>Name of the x axis.</summary>
    [Parameter, EditorRequired]
    public string XTitle { get; set; } = "";

    /// <summary>Format of y: <c>percent</c> or <c>number</c>.</summary>
    [Parameter]
    public string Format { get; set; } = "number";

    /// <summary>Both axes from 0 to 1 with a diagonal, as for ROC curves and calibration.</summary>
    [Parameter]
    public bool UnitSquare { get; set; }

    /// <summary>Draws every point as a dot on its line.</summary>
    [Parameter]
    public bool Dots { get; set; }

    /// <summary>Shows the legend of a single line too.</summary>
    [Parameter]
    public bool Legend { get; set; }

    /// <summary>A mark, such as the best epoch.</summary>
    [Parameter]
    public ChartMark? Mark { get; set; }

    // Epochs have no halves.
    private IReadOnlyList<double> XTicks => [.. Ticks(x.Low, x.High, 6).Where(t => !whole || t == Math.Round(t))];

    private IReadOnlyList<double> YTicks => Ticks(y.Low, y.High, 5);

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        drawn = [.. Series.Select(s => s with { Points = Downsampling.MinMax(s.Points, MostPoints) })];
        var points = drawn.SelectMany(s => s.Points).Where(p => p.Drawn is not null).ToList();
        whole = !UnitSquare && points.All(p => p.X == Math.Round(p.X)) && (points.Any(p => p.X > 1) || points.All(p => p.X > 0));
        x = UnitSquare ? (0, 1) : Range(points.Select(p => p.X));
        y = UnitSquare ? (0, 1) : Range(points.Select(p => p.Drawn!.Value));
    }

    /// <summary>Round numbers within a range, about as many as asked.</summary>
    public static IReadOnlyList<double> Ticks(double low, double high, int about)
    {
        var raw = (high - low) / about;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = unit * ((raw / unit) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        var first = Math.Ceiling((low / step) - 1e-9);
        var last = Math.Floor((high / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * step, 12))];
    }

    private static (double Low, double High) Range(IEnumerable<double> values)
    {
        var (low, high) = values.Aggregate((Low: double.PositiveInfinity, High: double.NegativeInfinity), (r, v) => (Math.Min(r.Low, v), Math.Max(r.High, v)));
        if (low > high) return (0, 1);
        return high > low ? (low, high) : (low - 0.5, high + 0.5);
    }

    private static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Label(double value, string format) => format == "percent"
        ? Figures.Percent(value, 1).Replace(".0 %", " %", StringComparison.Ordinal)
        : Figures.Number(value);

    private double X(double value) => Left + ((value - x.Low) / (x.High - x.Low) * Width);

    private double Y(double value) => Top + Height - ((value - y.Low) / (y.High - y.Low) * Height);

    // Past the middle a label stands on the left of its mark, so that it stays inside.
    private bool Beyond(double value) => value > (x.Low + x.High) / 2;

    private string Path(ChartSeries line)
    {
        var path = new StringBuilder();
        var pen = false;
        foreach (var point in line.Points)
        {
            if (point.Drawn is { } value) path.Append(pen ? 'L' : 'M').Append(N(X(point.X))).Append(' ').Append(N(Y(value)));
            pen = point.Drawn is not null;
        }
        return path.ToString();
    }
}
