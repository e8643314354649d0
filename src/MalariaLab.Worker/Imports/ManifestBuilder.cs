using MalariaLab.Core.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Imaging;
using MalariaLab.Imaging.Sources;

namespace MalariaLab.Worker.Imports;

/// <summary>Turns checked files, given in manifest order, into rows of a version's manifest or of its refusal list, and counts.</summary>
internal sealed class ManifestBuilder
{
    private readonly IReadOnlyList<string> classes;
    private readonly GroupRule groupRule;
    private readonly Dictionary<string, DatasetImage> firstOfContent = new(StringComparer.Ordinal);
    private readonly List<DatasetImage> images = [];
    private readonly List<ImportRefusal> refusals = [];
    private readonly int[] counts;

    /// <summary>An empty manifest, or one that begins with images of an older version.</summary>
    public ManifestBuilder(IReadOnlyList<string> classes, GroupRule groupRule, IReadOnlyList<DatasetImage>? kept = null)
    {
        (this.classes, this.groupRule, counts) = (classes, groupRule, new int[classes.Count]);
        foreach (var image in kept ?? [])
        {
            firstOfContent.TryAdd(image.Sha256, image);
            images.Add(image);
            counts[image.Label]++;
        }
    }

    /// <summary>Accepted images.</summary>
    public IReadOnlyList<DatasetImage> Images => images;

    /// <summary>Brings old and new images into the order of their paths, which is every manifest's.</summary>
    public void Sort()
    {
        images.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path) is not 0 and var order ? order : string.CompareOrdinal(a.Sha256, b.Sha256));
        for (var i = 0; i < images.Count; i++) images[i].Ordinal = i;
    }

    /// <summary>Files that were not taken.</summary>
    public IReadOnlyList<ImportRefusal> Refusals => refusals;

    /// <summary>The verdict on what was added.</summary>
    public ImportVerdict Verdict => ImportVerdict.Of(classes, counts, refusals.Count,
        ReferenceEquals(groupRule, GroupRule.None) ? 0 : images.Count(image => image.Group is null));

    /// <summary>Adds a file of a class folder.</summary>
    /// <param name="placed">Its path and given part.</param>
    /// <param name="label">Index of its class in the manifest's classes.</param>
    /// <param name="file">What is in it.</param>
    /// <returns>True when it was taken, false when it was put on the refusal list.</returns>
    public bool Add(PlacedFile placed, int label, CheckedFile file)
    {
        if (file.Check is not { IsUsable: true, Facts: { } facts })
        {
            var nested = file.Check.Fault == ImageFault.NotAnImage && IsArchive(placed.Path);
            Refuse(placed.Path, nested ? "nestedArchive" : KindOf(file.Check.Fault!.Value),
                nested ? "It is an archive inside the source, and such are not opened. Unpack it first." : file.Check.Reason!);
            return false;
        }
        if (firstOfContent.TryGetValue(facts.Sha256, out var first))
        {
            var contradiction = first.Label == label ? "" : $", which is in class {classes[first.Label]}: one of the two labels is wrong";
            Refuse(placed.Path, "duplicate", $"It has the same bytes as {first.Path}{contradiction}.");
            return false;
        }
        var image = new DatasetImage
        {
            Ordinal = images.Count,
            Path = placed.Path,
            Sha256 = facts.Sha256,
            Label = label,
            Group = groupRule.GroupOf(placed.Path),
            GivenPart = placed.Part,
            Width = facts.Header.Width,
            Height = facts.Header.Height,
            Channels = facts.Header.Channels,
            Bytes = (int)facts.Bytes,
            Format = facts.Header.Format.ToString().ToLowerInvariant(),
            MeanR = (float)facts.ChannelMeans[0],
            MeanG = (float)facts.ChannelMeans[1],
            MeanB = (float)facts.ChannelMeans[2],
            StdR = (float)facts.ChannelDeviations[0],
            StdG = (float)facts.ChannelDeviations[1],
            StdB = (float)facts.ChannelDeviations[2],
            BackgroundShare = (float)facts.BackgroundShare,
            PerceptualHash = unchecked((long)facts.PerceptualHash),
            Note = facts.Notes.Count == 0 ? null : string.Join(' ', facts.Notes),
        };
        firstOfContent.Add(facts.Sha256, image);
        images.Add(image);
        counts[image.Label]++;
        return true;
    }

    /// <summary>Lists a file that lies in no class folder; it is not opened.</summary>
    public void AddUnplaced(string path) => Refuse(path, "noClass", "It lies outside the class folders.");

    /// <summary>Lists a file of a class that the version being added to does not have; it is not opened.</summary>
    public void AddUnknownClass(string path, string name) => Refuse(
        path,
        "unknownClass",
        $"Its folder {name} is none of the dataset's classes ({string.Join(", ", classes)}). "
            + "Rename the folder, or import the images as a dataset of their own.");

    private void Refuse(string path, string kind, string reason) => refusals.Add(new() { Path = path, Kind = kind, Reason = reason });

    private static string KindOf(ImageFault fault) => fault switch
    {
        ImageFault.Empty => "empty",
        ImageFault.NotAnImage => "notAnImage",
        ImageFault.Unsupported => "unsupported",
        ImageFault.OverLimit => "overLimit",
        ImageFault.DecoderFailed => "decoderFailed",
        _ => "corrupt",
    };

    private static bool IsArchive(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".zip" or ".tar" or ".gz" or ".tgz" or ".bz2" or ".xz" or ".7z" or ".rar" or ".zst";
}
