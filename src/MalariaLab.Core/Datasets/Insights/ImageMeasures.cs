namespace MalariaLab.Core.Datasets.Insights;

/// <summary>Smallest, mean, median and largest value of a measure.</summary>
public sealed record MeasureSummary(string Name, double Min, double Mean, double Median, double Max)
{
    /// <summary>Of at least one value; the median of an even number is the mean of the two in the middle.</summary>
    public static MeasureSummary Of(string name, IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return new(name, sorted[0], sorted.Average(), sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[^1]);
    }
}

/// <summary>How many images of a class have about this width and height.</summary>
public sealed record SizeCell(int Label, double Width, double Height, int Count);

/// <summary>A format and its images.</summary>
public sealed record FormatCount(string Format, int Channels, int Count);

/// <summary>What the images of a version measure.</summary>
public sealed record ImageMeasures
{
    /// <summary>Name of the summary of file sizes.</summary>
    public const string Bytes = "Bytes";

    private const int Bins = 48;

    /// <summary>Width, height, shorter side over longer, and bytes.</summary>
    public required IReadOnlyList<MeasureSummary> Summaries { get; init; }

    /// <summary>Widths and heights in cells, at most a few thousand, for a scatter chart.</summary>
    public required IReadOnlyList<SizeCell> Sizes { get; init; }

    /// <summary>File formats, the commonest first.</summary>
    public required IReadOnlyList<FormatCount> Formats { get; init; }

    /// <summary>Images with a quality note.</summary>
    public required int Flagged { get; init; }

    /// <summary>One image's numbers.</summary>
    public readonly record struct Row(int Label, int Width, int Height, int Channels, int Bytes, string Format, bool Flagged);

    /// <summary>Of all images of a version, at least one.</summary>
    public static ImageMeasures Of(IReadOnlyList<Row> rows)
    {
        var step = Math.Max(1, Math.Ceiling((double)Math.Max(rows.Max(r => r.Width), rows.Max(r => r.Height)) / Bins));
        return new()
        {
            Summaries =
            [
                MeasureSummary.Of("Width", rows.Select(r => (double)r.Width)),
                MeasureSummary.Of("Height", rows.Select(r => (double)r.Height)),
                MeasureSummary.Of("Width : height", rows.Select(r => (double)r.Width / r.Height)),
                MeasureSummary.Of(Bytes, rows.Select(r => (double)r.Bytes)),
            ],
            Sizes = [.. rows.CountBy(r => (r.Label, X: Math.Floor(r.Width / step), Y: Math.Floor(r.Height / step)))
                .Select(c => new SizeCell(c.Key.Label, (c.Key.X + 0.5) * step, (c.Key.Y + 0.5) * step, c.Value)).OrderByDescending(c => c.Count)],
            Formats = [.. rows.CountBy(r => (r.Format, r.Channels)).OrderByDescending(c => c.Value).Select(c => new FormatCount(c.Key.Format, c.Key.Channels, c.Value))],
            Flagged = rows.Count(r => r.Flagged),
        };
    }
}
