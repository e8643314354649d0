using System.Xml.Linq;
using MalariaLab.Web.Components.Charts;

namespace MalariaLab.Web.Features.Plots;

/// <summary>The runs of a drawing by name.</summary>
internal static class PlotLegend
{
    // More names than this would be longer than the drawing; the table that is saved beside it names every run.
    private const int Most = 20;

    /// <summary>Rows of names from <paramref name="top"/> to <paramref name="end"/>; none for many runs.</summary>
    public static IReadOnlyList<XElement> Of(IReadOnlyList<PlottedRun> runs, double left, double right, double top, out double end)
    {
        end = top;
        return runs.Count > Most ? [] : FigureSvg.Legend(runs.Select(r => (r.Name, Palette.OfRun(r.Row.Id), 0)), left, right, top, out end);
    }
}
