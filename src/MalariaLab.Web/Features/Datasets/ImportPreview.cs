using MalariaLab.Core.Datasets;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>What an import would find, judged by names alone before a byte of an image is read.</summary>
public sealed record ImportPreview
{
    private const int ExampleCount = 6;

    /// <summary>Classes with their numbers of files, in class-index order.</summary>
    public required IReadOnlyList<(string Name, int Count)> Classes { get; init; }

    /// <summary>Files of each part that folders name; empty where none does.</summary>
    public required IReadOnlyList<(SplitPart Part, int Count)> Parts { get; init; }

    /// <summary>Files outside every class folder, without what file systems leave behind.</summary>
    public required int Outside { get; init; }

    /// <summary>Distinct groups that the rule finds.</summary>
    public required int Groups { get; init; }

    /// <summary>Files in class folders without a group.</summary>
    public required int Ungrouped { get; init; }

    /// <summary>Some file names with their groups, spread over the source.</summary>
    public required IReadOnlyList<(string Name, string? Group)> Examples { get; init; }

    /// <summary>Whether it could be trained on if every file proves to be an image.</summary>
    public ImportVerdict Verdict => ImportVerdict.Of([.. Classes.Select(c => c.Name)], [.. Classes.Select(c => c.Count)], Outside, 0);

    /// <summary>Files in class folders.</summary>
    public int Files => Classes.Sum(c => c.Count);

    /// <summary>Reads the names of a source.</summary>
    public static ImportPreview Of(IReadOnlyList<string> paths, GroupRule rule)
    {
        var layout = ArchiveLayout.Of(paths);
        var placed = layout.Files.Where(f => f.Label is not null).ToList();
        var groups = placed.ConvertAll(f => rule.GroupOf(f.Path));
        var step = Math.Max(1, placed.Count / ExampleCount);
        return new()
        {
            Classes = [.. layout.Classes.Select((name, label) => (name, placed.Count(f => f.Label == label)))],
            Parts = [.. placed.Where(f => f.Part is not null).CountBy(f => f.Part!.Value).OrderBy(p => p.Key).Select(p => (p.Key, p.Value))],
            Outside = layout.Files.Count(f => f.Label is null && !f.IsClutter),
            Groups = groups.OfType<string>().Distinct(StringComparer.Ordinal).Count(),
            Ungrouped = groups.Count(g => g is null),
            Examples = [.. Enumerable.Range(0, placed.Count).Where(i => i % step == 0).Take(ExampleCount).Select(i => (FileName(placed[i].Path), groups[i]))],
        };

        static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
    }

    /// <summary>The built-in rule that finds a patient for nearly every image, or no rule.</summary>
    public static GroupRule GuessRule(IReadOnlyList<string> paths) =>
        GroupRule.BuiltIn.FirstOrDefault(rule => Of(paths, rule) is { Files: > 0 } found && found.Ungrouped <= found.Files / 100) ?? GroupRule.None;
}
