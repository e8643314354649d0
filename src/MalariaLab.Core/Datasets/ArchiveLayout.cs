namespace MalariaLab.Core.Datasets;

/// <summary>What the folders of an import mean: classes, given parts, and what is no image of any class.</summary>
/// <remarks>
/// Understood are class folders (<c>Parasitized/a.png</c>), part folders above or below them (<c>train/NORMAL/a.png</c>,
/// <c>NORMAL/train/a.png</c>), any number of folders that wrap everything, and a wrapper repeated inside itself, as in two well-known public archives.
/// Folders below a class folder belong to the class.
/// </remarks>
public sealed class ArchiveLayout
{
    private static readonly HashSet<string> ImageExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".webp", ".bmp", ".gif",
    };

    private static readonly Dictionary<string, SplitPart> PartWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = SplitPart.Train,
        ["training"] = SplitPart.Train,
        ["val"] = SplitPart.Validation,
        ["valid"] = SplitPart.Validation,
        ["validation"] = SplitPart.Validation,
        ["test"] = SplitPart.Test,
        ["testing"] = SplitPart.Test,
    };

    private ArchiveLayout(IReadOnlyList<string> classes, IReadOnlyList<PlacedFile> files, bool hasGivenParts)
    {
        Classes = classes;
        Files = files;
        HasGivenParts = hasGivenParts;
    }

    /// <summary>Class names in ordinal order; an image's label is an index into them.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>One entry a path, in the order given.</summary>
    public IReadOnlyList<PlacedFile> Files { get; }

    /// <summary>True when folders name training, validation or test parts.</summary>
    public bool HasGivenParts { get; }

    /// <summary>Reads the meaning of the folders from file paths that are separated by <c>/</c>.</summary>
    public static ArchiveLayout Of(IReadOnlyList<string> paths)
    {
        var folders = paths.Select(path => path.Split('/')[..^1]).ToArray();
        var clutter = paths.Select(IsClutter).ToArray();
        // Only images decide what the folders mean: a read-me beside the class folders is no class.
        var deciding = Enumerable.Range(0, paths.Count).Where(i => !clutter[i] && ImageExtensions.Contains(Path.GetExtension(paths[i]))).ToList();
        if (deciding.Count == 0) deciding = [.. Enumerable.Range(0, paths.Count).Where(i => !clutter[i])];

        RemoveWrappers(folders, deciding);
        var parts = TakeParts(folders, deciding);
        if (parts is not null) RemoveWrappers(folders, deciding);

        var classes = deciding.Where(i => folders[i].Length > 0).Select(i => folders[i][0]).Distinct().Order(StringComparer.Ordinal).ToList();
        var labelOf = classes.Select((name, label) => (name, label)).ToDictionary(x => x.name, x => x.label, StringComparer.Ordinal);
        var files = paths.Select((path, i) => new PlacedFile(
            path,
            !clutter[i] && folders[i].Length > 0 && labelOf.TryGetValue(folders[i][0], out var label) ? label : null,
            parts?[i],
            clutter[i])).ToList();
        return new(classes, files, parts is not null);
    }

    /// <summary>True for what systems leave behind: hidden files and folders, <c>__MACOSX</c>, <c>Thumbs.db</c>, <c>desktop.ini</c>.</summary>
    public static bool IsClutter(string path) => path.Split('/').Any(segment =>
        segment.StartsWith('.') || segment == "__MACOSX"
        || segment.Equals("Thumbs.db", StringComparison.OrdinalIgnoreCase) || segment.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase));

    /// <summary>Drops the folders that all deciding files share, also where one repeats deeper, but keeps one folder to name the class.</summary>
    private static void RemoveWrappers(string[][] folders, List<int> deciding)
    {
        if (deciding.Count == 0) return;
        var first = folders[deciding[0]];
        var shared = deciding.Min(i => folders[i].Zip(first).TakeWhile(pair => pair.First == pair.Second).Count());
        if (deciding.Any(i => folders[i].Length == shared) && deciding.All(i => folders[i].Length <= shared)) shared--;
        if (shared <= 0) return;
        var wrappers = first[..shared];
        for (var i = 0; i < folders.Length; i++)
        {
            if (!folders[i].Take(shared).SequenceEqual(wrappers))
            {
                folders[i] = [];
                continue;
            }
            var rest = folders[i].Skip(shared);
            folders[i] = [.. rest.SkipWhile(folder => wrappers.Contains(folder))];
        }
    }

    /// <summary>Finds part folders at the first level, or at the second below classes, takes them out of the paths and returns each file's part.</summary>
    private static SplitPart?[]? TakeParts(string[][] folders, List<int> deciding)
    {
        foreach (var level in (int[])[0, 1])
        {
            if (deciding.Count == 0 || !deciding.All(i => folders[i].Length > level && PartWords.ContainsKey(folders[i][level]))) continue;
            // "train" and "test" are parts only if something is left to name the classes.
            if (level == 0 && deciding.Any(i => folders[i].Length < 2)) continue;
            return Array.ConvertAll(Enumerable.Range(0, folders.Length).ToArray(), i =>
            {
                if (folders[i].Length <= level || !PartWords.TryGetValue(folders[i][level], out var part)) return (SplitPart?)null;
                folders[i] = [.. folders[i][..level], .. folders[i][(level + 1)..]];
                return part;
            });
        }
        return null;
    }
}

/// <summary>A file and what its folders say of it.</summary>
/// <param name="Path">Path as given.</param>
/// <param name="Label">Index of its class, or null outside every class folder.</param>
/// <param name="Part">Part named by a folder, or null.</param>
/// <param name="IsClutter">True for what a file system left behind; to be passed over, and counted.</param>
public readonly record struct PlacedFile(string Path, int? Label, SplitPart? Part, bool IsClutter);
