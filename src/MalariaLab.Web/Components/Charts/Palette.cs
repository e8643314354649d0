namespace MalariaLab.Web.Components.Charts;

/// <summary>The colour-blind-safe series colours of lab.css; a run has the same one on every page.</summary>
public static class Palette
{
    /// <summary>Number of colours.</summary>
    public const int Size = 8;

    /// <summary>Colour of a run. Neighbouring ids differ.</summary>
    public static int OfRun(long runId) => (int)(runId % Size);

    /// <summary>Colour of a class, by class index.</summary>
    public static int OfClass(int index) => index % Size;

    /// <summary>The colour for a style attribute; follows light and dark.</summary>
    public static string Css(int colour) => $"var(--series-{colour % Size})";

    /// <summary>
    /// Strokes that tell runs of the same colour apart where they stand side by side: dash lengths in pixels, 0 for a solid line. The
    /// colour itself is never changed, so that a run keeps it on every page.
    /// </summary>
    public static IReadOnlyDictionary<long, int> DashesOf(IEnumerable<long> runIds)
    {
        int[] dashes = [0, 6, 2, 12];
        return runIds.Distinct().GroupBy(OfRun).SelectMany(alike => alike.Index()).ToDictionary(run => run.Item, run => dashes[run.Index % dashes.Length]);
    }
}
