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

    /// <summary>Distinct colours for runs that stand side by side: each its own where free, else the next free one.</summary>
    public static IReadOnlyDictionary<long, int> ForRuns(IEnumerable<long> runIds)
    {
        var taken = new HashSet<int>();
        var colours = new Dictionary<long, int>();
        foreach (var id in runIds)
        {
            var colour = OfRun(id);
            for (var tries = 0; tries < Size && !taken.Add(colour); tries++) colour = (colour + 1) % Size;
            colours[id] = colour;
        }
        return colours;
    }
}
