namespace MalariaLab.Core.Datasets.Insights;

/// <summary>What a whole dataset version looks like; computed once.</summary>
public sealed record DatasetStatistics
{
    /// <summary>Most groups that are listed; the rest is counted.</summary>
    public const int MostGroups = 1000;

    /// <summary>Sizes, formats and bytes.</summary>
    public required ImageMeasures Measures { get; init; }

    /// <summary>Groups (patients); null where none are known.</summary>
    public GroupStatistics? Groups { get; init; }

    /// <summary>Mean and deviation of each class's pictures, in class-index order; null for a class without images.</summary>
    public required IReadOnlyList<ClassPicture?> Classes { get; init; }

    /// <summary>Images that could not be read for the pictures.</summary>
    public int Unread { get; init; }
}

/// <summary>Groups (patients) of a version.</summary>
/// <param name="Count">Number.</param>
/// <param name="Least">Images of the smallest.</param>
/// <param name="Median">Images of the one in the middle.</param>
/// <param name="Most">Images of the largest.</param>
/// <param name="Mixed">Groups with images of more than one class.</param>
/// <param name="Ungrouped">Images without a group.</param>
/// <param name="Largest">The largest groups, at most <see cref="DatasetStatistics.MostGroups"/>.</param>
public sealed record GroupStatistics(int Count, int Least, double Median, int Most, int Mixed, int Ungrouped, IReadOnlyList<GroupLine> Largest)
{
    /// <summary>Counts; null where no image has a group.</summary>
    public static GroupStatistics? Of(IEnumerable<(string? Group, int Label)> images, int classes)
    {
        var groups = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var ungrouped = 0;
        foreach (var (group, label) in images)
        {
            if (group is null) ungrouped++;
            else
            {
                if (!groups.TryGetValue(group, out var counts)) groups[group] = counts = new int[classes];
                counts[label]++;
            }
        }
        if (groups.Count == 0) return null;
        var lines = groups.Select(g => new GroupLine(g.Key, g.Value)).OrderByDescending(g => g.Images).ThenBy(g => g.Group, StringComparer.Ordinal).ToList();
        var sizes = MeasureSummary.Of("", lines.Select(l => (double)l.Images));
        var mixed = lines.Count(l => l.ClassCounts.Count(c => c > 0) > 1);
        return new(lines.Count, (int)sizes.Min, sizes.Median, (int)sizes.Max, mixed, ungrouped, [.. lines.Take(DatasetStatistics.MostGroups)]);
    }
}

/// <summary>A group and its images a class.</summary>
public sealed record GroupLine(string Group, IReadOnlyList<int> ClassCounts)
{
    /// <summary>All its images.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Images => ClassCounts.Sum();
}

/// <summary>All images of a class laid on each other, at one size.</summary>
/// <param name="Images">How many.</param>
/// <param name="Mean">Mean image, PNG.</param>
/// <param name="Deviation">Standard deviation of each pixel, stretched to white, PNG.</param>
/// <param name="Contrast">Mean minus the mean of all other classes: mid-grey where they agree, PNG; null without others.</param>
/// <param name="Histograms">[red, green, blue][value]: share of the pixels with each value 0 to 255.</param>
public sealed record ClassPicture(int Images, byte[] Mean, byte[] Deviation, byte[]? Contrast, IReadOnlyList<IReadOnlyList<float>> Histograms);
