namespace MalariaLab.Core.Datasets;

/// <summary>Whether an imported version can be trained on, and the sentence that says so.</summary>
/// <param name="IsReady">True when it can.</param>
/// <param name="Sentence">"Ready: …" or "Not ready, because …".</param>
public sealed record ImportVerdict(bool IsReady, string Sentence)
{
    /// <summary>Fewest images of a class: one for each part of a split.</summary>
    public const int MinImagesPerClass = 3;

    /// <summary>Most classes.</summary>
    public const int MaxClasses = 20;

    /// <summary>Judges the counts.</summary>
    /// <param name="classes">Class names.</param>
    /// <param name="counts">Accepted images, one count a class.</param>
    /// <param name="refused">Files that were listed and not taken.</param>
    /// <param name="ungrouped">Accepted images without a group although there is a rule.</param>
    public static ImportVerdict Of(IReadOnlyList<string> classes, IReadOnlyList<int> counts, int refused, int ungrouped)
    {
        var images = counts.Sum();
        var small = Enumerable.Range(0, classes.Count).Where(i => counts[i] < MinImagesPerClass).ToList();
        var reason =
            classes.Count == 0 && refused == 0 ? "the source has no files" :
            classes.Count == 0 ? "no file lies in a class folder; put the images of each class into a folder named after the class" :
            images == 0 ? $"none of its {refused:N0} files is a usable image; the list says why" :
            classes.Count == 1 ? $"all images are in one class, {classes[0]}; a classifier needs at least two class folders" :
            classes.Count > MaxClasses ? $"it has {classes.Count} class folders and {MaxClasses} are the most" :
            small.Count > 0 ? $"class {classes[small[0]]} has {Images(counts[small[0]])}, and a class needs at least {MinImagesPerClass}, one for each part of a split" :
            null;
        if (reason is not null) return new(false, $"Not ready, because {reason}.");
        return new(true, $"Ready: {Images(images)} in {classes.Count} classes."
            + (refused == 0 ? "" : refused == 1 ? " 1 file was not taken; the list says why." : $" {refused:N0} files were not taken; the list says why.")
            + (ungrouped == 0 ? "" : $" The group rule finds no group for {Images(ungrouped)}."));
    }

    private static string Images(int count) => count == 1 ? "1 image" : $"{count:N0} images";
}
