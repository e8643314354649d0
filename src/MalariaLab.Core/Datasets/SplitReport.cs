namespace MalariaLab.Core.Datasets;

/// <summary>One part of a split in figures.</summary>
/// <param name="Part">Which.</param>
/// <param name="Images">Number of images.</param>
/// <param name="ClassCounts">Images of each class.</param>
/// <param name="Groups">Number of named groups (patients) with an image here.</param>
public sealed record PartSummary(SplitPart Part, int Images, IReadOnlyList<int> ClassCounts, int Groups);

/// <summary>Something that should lie in one part and lies in several.</summary>
/// <param name="Key">Group (patient), or SHA-256 of an image content.</param>
/// <param name="Train">Its training images.</param>
/// <param name="Validation">Its validation images.</param>
/// <param name="Test">Its test images.</param>
public sealed record SharedKey(string Key, int Train, int Validation, int Test);

/// <summary>What a split holds and what leaks between its parts. Unused images do not leak.</summary>
public sealed record SplitReport
{
    /// <summary>Training, validation, test, unused.</summary>
    public required IReadOnlyList<PartSummary> Parts { get; init; }

    /// <summary>Groups with images in more than one part; a test figure then speaks partly of known patients.</summary>
    public required IReadOnlyList<SharedKey> SharedGroups { get; init; }

    /// <summary>Contents that lie in more than one part.</summary>
    public required IReadOnlyList<SharedKey> SharedContents { get; init; }

    /// <summary>True when no group and no content crosses between parts.</summary>
    public bool IsClean => SharedGroups.Count == 0 && SharedContents.Count == 0;

    /// <summary>Counts a split.</summary>
    /// <param name="items">All images, in manifest order.</param>
    /// <param name="assignment">One <see cref="SplitPart"/> byte an image, same order.</param>
    /// <param name="classes">Number of classes.</param>
    public static SplitReport Of(IReadOnlyList<SplitItem> items, ReadOnlySpan<byte> assignment, int classes)
    {
        if (assignment.Length != items.Count)
            throw new ArgumentException($"{items.Count} images cannot go with {assignment.Length} assignments.", nameof(assignment));
        var parts = Enum.GetValues<SplitPart>();
        var counts = Array.ConvertAll(parts, _ => new int[classes]);
        var groups = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var contents = new Dictionary<string, int[]>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var part = assignment[i];
            counts[part][items[i].Label]++;
            Add(contents, items[i].Sha256, part, parts.Length);
            if (items[i].Group is { } group) Add(groups, group, part, parts.Length);
        }
        return new()
        {
            Parts = [.. parts.Select(part => new PartSummary(part, counts[(int)part].Sum(), counts[(int)part], groups.Values.Count(of => of[(int)part] > 0)))],
            SharedGroups = Shared(groups),
            SharedContents = Shared(contents),
        };
    }

    private static void Add(Dictionary<string, int[]> counts, string key, byte part, int parts)
    {
        if (!counts.TryGetValue(key, out var of)) counts[key] = of = new int[parts];
        of[part]++;
    }

    private static List<SharedKey> Shared(Dictionary<string, int[]> counts) => [.. counts
        .Select(pair => new SharedKey(pair.Key, pair.Value[(int)SplitPart.Train], pair.Value[(int)SplitPart.Validation], pair.Value[(int)SplitPart.Test]))
        .Where(key => Math.Sign(key.Train) + Math.Sign(key.Validation) + Math.Sign(key.Test) > 1)
        .OrderBy(key => key.Key, StringComparer.Ordinal)];
}
