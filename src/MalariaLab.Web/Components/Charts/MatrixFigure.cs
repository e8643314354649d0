using System.Globalization;
using System.Xml.Linq;
using MalariaLab.Core.Evaluation;
using MalariaLab.Web.Components.Shared;
using static MalariaLab.Web.Components.Charts.FigureSvg;

namespace MalariaLab.Web.Components.Charts;

/// <summary>A <see cref="ConfusionHeatMap"/> as a drawing and as a table to take away.</summary>
public static class MatrixFigure
{
    private const double Cell = 96, Row = 64, Top = 84;

    /// <summary>Share of the true class; null where there is none of it.</summary>
    public static double? Share(ConfusionMatrix matrix, int truth, int predicted) =>
        matrix.Support(truth) is var total and not 0 ? (double)matrix.Matrix[truth][predicted] / total : null;

    /// <summary>Ground of a cell, a colour of the style sheet.</summary>
    public static string Ground(double? share) => string.Create(CultureInfo.InvariantCulture, $"color-mix(in oklab, var(--heat) {(share ?? 0) * 100:0.#}%, var(--surface-2))");

    /// <summary>Ink of a cell: it changes where both contrast alike with the ground.</summary>
    public static string Ink(double? share) => share > 0.69 ? "var(--heat-ink-strong)" : "var(--heat-ink-weak)";

    /// <summary>The drawing: counts and shares of the true class, true classes in rows.</summary>
    public static string Svg(ConfusionMatrix matrix, string title, string truthTitle, string predictedTitle)
    {
        var left = 40 + matrix.Labels.Max(WidthOf);
        var cell = Math.Max(Cell, matrix.Labels.Max(WidthOf) + 12);
        var content = new List<XElement>
        {
            Text(predictedTitle, left + (cell * matrix.Classes / 2), 52, "middle", ("data-fill", "var(--text-2)")),
            Text(truthTitle, 12, Top - 10, "start", ("data-fill", "var(--text-2)")),
        };
        for (var truth = 0; truth < matrix.Classes; truth++)
        {
            content.Add(Text(matrix.Labels[truth], left + (cell * (truth + 0.5)), Top - 10, "middle"));
            content.Add(Text(matrix.Labels[truth], left - 10, Top + (Row * (truth + 0.5)) + 4, "end"));
            for (var predicted = 0; predicted < matrix.Classes; predicted++)
            {
                var share = Share(matrix, truth, predicted);
                var (x, y) = (left + (cell * predicted), Top + (Row * truth));
                content.Add(Element("rect", ("x", x + 1), ("y", y + 1), ("width", cell - 2), ("height", Row - 2), ("rx", 3.0), ("data-fill", Ground(share))));
                var count = Figures.Count(matrix.Matrix[truth][predicted]);
                content.Add(Text(count, x + (cell / 2), y + 29, "middle", ("font-size", "15"), ("font-weight", "600"), ("data-fill", Ink(share))));
                content.Add(Text(Figures.Percent(share), x + (cell / 2), y + 47, "middle", ("data-fill", Ink(share))));
            }
        }
        return Document(title, Math.Max(left + (cell * matrix.Classes) + 16, 24 + (WidthOf(title) * 1.2)), Top + (Row * matrix.Classes) + 16, content);
    }

    /// <summary>The counts: true classes in rows, predicted ones in columns.</summary>
    public static IEnumerable<IReadOnlyList<object?>> Rows(ConfusionMatrix matrix) =>
        [["truth \\ predicted", .. matrix.Labels], .. matrix.Labels.Select((label, truth) => (IReadOnlyList<object?>)[label, .. matrix.Matrix[truth].Cast<object?>()])];
}
