using MalariaLab.Web.Components.Shared;

namespace MalariaLab.Web.Features.Plots;

/// <summary>A place on an axis that is labelled.</summary>
/// <param name="At">0 at the start of the axis, 1 at its end.</param>
/// <param name="Text">The label.</param>
public readonly record struct PlotTick(double At, string Text);

/// <summary>Where values stand on an axis: even or logarithmic for numbers, evenly spaced for words.</summary>
public sealed class PlotAxis
{
    // From here on an even axis would push most values into a corner.
    private const double LogFrom = 50;
    private readonly double low, high;
    private readonly bool isLog;

    /// <summary>An axis that holds every value of <paramref name="dimension"/>.</summary>
    public PlotAxis(RunDimension dimension)
    {
        Dimension = dimension;
        var values = dimension.Numbers.OfType<double>().Where(double.IsFinite).ToList();
        var (min, max) = values.Count == 0 ? (0, 1) : (values.Min(), values.Max());
        isLog = dimension.Words.Count == 0 && min > 0 && max / min >= LogFrom;
        var pad = dimension.Words.Count > 0 ? 0.5 : 0;
        (low, high) = isLog ? (Math.Log10(min), Math.Log10(max)) : (min - pad, max + pad);
        if (low == high) (low, high) = (low - Math.Max(Math.Abs(low) * 0.1, 1e-3), high + Math.Max(Math.Abs(high) * 0.1, 1e-3));
        Ticks = dimension.Words.Count > 0 ? [.. dimension.Words.Select((word, i) => new PlotTick(At(i), Short(word)))] : isLog ? Decades() : Steps();
    }

    /// <summary>What it shows.</summary>
    public RunDimension Dimension { get; }

    /// <summary>Labelled places.</summary>
    public IReadOnlyList<PlotTick> Ticks { get; }

    /// <summary>Place of a run; null where it has no value.</summary>
    public double? Of(int run) => Dimension.Numbers[run] is { } value && double.IsFinite(value) ? At(value) : null;

    private double At(double value) => ((isLog ? Math.Log10(value) : value) - low) / (high - low);

    private List<PlotTick> Steps()
    {
        var rough = (high - low) / 4;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * new[] { 1, 2, 5, 10 }.First(f => f * power >= rough);
        var ticks = new List<PlotTick>();
        for (var i = Math.Ceiling((low / step) - 1e-9); i * step <= high + (step * 1e-9); i++)
        {
            // Adding zero turns a negative zero into the ordinary one.
            var value = Math.Round(i * step, 12) + 0.0;
            ticks.Add(new(At(value), Dimension.Percent ? Figures.Percent(value, step < 0.01 ? 1 : 0) : Figures.Number(value)));
        }
        return ticks;
    }

    private List<PlotTick> Decades()
    {
        var ticks = new List<PlotTick>();
        for (var power = Math.Ceiling(low - 1e-9); power <= high + 1e-9; power++) ticks.Add(new(At(Math.Pow(10, power)), Figures.Number(Math.Pow(10, power))));
        if (ticks.Count > 0) return ticks;
        return [new(0, Figures.Number(Math.Pow(10, low))), new(1, Figures.Number(Math.Pow(10, high)))];
    }

    private static string Short(string word) => word.Length <= 18 ? word : word[..17] + "…";
}
