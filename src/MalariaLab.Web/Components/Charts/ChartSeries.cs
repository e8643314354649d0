namespace MalariaLab.Web.Components.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Name in the legend and the table.</param>
/// <param name="Points">Points in ascending x; a null, NaN or infinite y leaves a gap.</param>
/// <param name="Colour">Index of the palette, see <see cref="Palette"/>.</param>
/// <param name="Dashed">Drawn dashed, for example training beside validation.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, int Colour, bool Dashed = false)
{
    /// <summary>Length of the dashes in pixels; 0 draws a solid line.</summary>
    public int Dash { get; init; } = Dashed ? 5 : 0;

    /// <summary>True of a series with one value, such as a run's first epoch: as a line it would be invisible.</summary>
    public bool IsPoint => Points.Count(p => p.Drawn is not null) == 1;
}

/// <summary>One point.</summary>
public readonly record struct ChartPoint(double X, double? Y)
{
    /// <summary>The y value where it can be drawn.</summary>
    public double? Drawn => Y is { } y && double.IsFinite(y) ? y : null;
}

/// <summary>A mark on the x axis, such as the best epoch.</summary>
/// <param name="X">Where.</param>
/// <param name="Label">What.</param>
public sealed record ChartMark(double X, string Label);

/// <summary>A point that is marked on the lines.</summary>
/// <param name="X">Where.</param>
/// <param name="Y">How high.</param>
/// <param name="Label">What.</param>
public sealed record ChartSpot(double X, double Y, string Label);
