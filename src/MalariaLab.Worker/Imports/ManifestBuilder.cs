using MalariaLab.Core.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Imaging;
using MalariaLab.Imaging.Sources;

namespace MalariaLab.Worker.Imports;

/// <summary>Turns checked files, given in manifest order, into rows of a version's manifest or of its refusal list, and counts.</summary>
internal sealed class ManifestBuilder(long versionId, IReadOnlyList<string> classes, GroupRule groupRule)
{
    private readonly Dictionary<string, DatasetImage> firstOfContent = new(StringComparer.Ordinal);
    private readonly HashSet<string> groups = new(StringComparer.Ordinal);
    private readonly List<SplitItem> items = [];
    private readonly int[] counts = new int[classes.Count];

    /// <summary>Accepted images.</summary>
    public int Images => items.Count;

    /// <summary>Listed files.</summary>
    public int Refused { get; private set; }

    /// <summary>Bytes of the accepted files.</summary>
    public long Bytes { get; private set; }

    /// <summary>Accepted images, one count a class.</summary>
    public IReadOnlyList<int> Counts => counts;

    /// <summary>Distinct groups.</summary>
    public int Groups => groups.Count;

    /// <summary>Hash of classes, contents, labels and groups; says nothing of names below the class folders and of order.</summary>
    public string ContentHash => ContentHashes.Dataset(classes, items);

    /// <summary>The verdict on what was added.</summary>
    public ImportVerdict Verdict => ImportVerdict.Of(classes, counts, Refused,
        ReferenceEquals(groupRule, GroupRule.None) ? 0 : items.Count(item => item.Group is null));

    /// <summary>Adds a file: gives the manifest row when it is taken, or the row of the refusal list.</summary>
    public (DatasetImage? Image, ImportRefusal? Refusal) Add(PlacedFile placed, CheckedFile file)
    {
        if (file.Check is not { IsUsable: true, Facts: { } facts }) return (null, Refuse(placed.Path, file.Check.Fault!.Value, file.Check.Reason!));
        if (firstOfContent.TryGetValue(facts.Sha256, out var first))
        {
            var contradiction = first.Label == placed.Label ? "" : $", which is in class {classes[first.Label]}: one of the two labels is wrong";
            return (null, Refuse(placed.Path, "duplicate", $"It has the same bytes as {first.Path}{contradiction}."));
        }
        var image = new DatasetImage
        {
            VersionId = versionId,
            Ordinal = items.Count,
            Path = placed.Path,
            Sha256 = facts.Sha256,
            Label = placed.Label!.Value,
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
        items.Add(new(image.Sha256, image.Label, image.Group, image.GivenPart));
        if (image.Group is { } group) groups.Add(group);
        counts[image.Label]++;
        Bytes += image.Bytes;
        return (image, null);
    }

    /// <summary>Lists a file that lies in no class folder; it is not opened.</summary>
    public ImportRefusal RefuseUnplaced(string path) =>
        Refuse(path, "noClass", "It lies outside the class folders.");

    private ImportRefusal Refuse(string path, ImageFault fault, string reason) => fault == ImageFault.NotAnImage && IsArchive(path)
        ? Refuse(path, "nestedArchive", "It is an archive inside the source, and such are not opened. Unpack it first.")
        : Refuse(path, KindOf(fault), reason);

    private ImportRefusal Refuse(string path, string kind, string reason)
    {
        Refused++;
        return new() { VersionId = versionId, Path = path, Kind = kind, Reason = reason };
    }

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
