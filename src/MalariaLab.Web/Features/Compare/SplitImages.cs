using System.Collections.Concurrent;
using System.Globalization;
using MalariaLab.Core.Datasets;
using MalariaLab.Data;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Compare;

/// <summary>Images of a split's test part in manifest order.</summary>
/// <param name="Ordinals">Manifest positions.</param>
/// <param name="Groups">Patients.</param>
/// <param name="Ids">Content, class and number of the copy: the same in every version that holds the image.</param>
public sealed record TestImages(int[] Ordinals, string?[] Groups, string[] Ids)
{
    /// <summary>Number of images.</summary>
    public int Count => Ids.Length;
}

/// <summary>What a comparison needs to know of a split.</summary>
/// <param name="DatasetId">Dataset.</param>
/// <param name="VersionId">Its version.</param>
/// <param name="ClassNames">Its classes.</param>
/// <param name="PositiveClass">Its positive class.</param>
/// <param name="DatasetHash">Hash of the version.</param>
/// <param name="Hash">Hash of the split.</param>
/// <param name="Test">The test part.</param>
/// <param name="Learned">Contents of the training and validation parts.</param>
/// <param name="LearnedGroups">Patients of the training and validation parts.</param>
public sealed record SplitContent(
    long DatasetId,
    long VersionId,
    IReadOnlyList<string> ClassNames,
    int? PositiveClass,
    string DatasetHash,
    string Hash,
    TestImages Test,
    IReadOnlySet<string> Learned,
    IReadOnlySet<string> LearnedGroups);

/// <summary>Reads splits with their images. A split never changes, so what was read once is kept.</summary>
public sealed class SplitImages(IDbContextFactory<LabDbContext> contexts)
{
    private const int Kept = 16;
    private readonly ConcurrentDictionary<long, SplitContent> known = [];

    /// <summary>The split.</summary>
    public async Task<SplitContent> ReadAsync(long splitId, CancellationToken cancellationToken = default)
    {
        if (known.TryGetValue(splitId, out var found)) return found;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var split = await db.Splits.AsNoTracking().Where(s => s.Id == splitId)
            .Select(s => new { s.VersionId, s.Assignment, s.Hash, s.Version!.ClassNames, s.Version.PositiveClass, s.Version.ContentHash, s.Version.DatasetId })
            .SingleAsync(cancellationToken);
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == split.VersionId).OrderBy(i => i.Ordinal)
            .Select(i => new { i.Ordinal, i.Group, i.Sha256, i.Label }).ToListAsync(cancellationToken);
        var parts = images.ToLookup(i => i.Ordinal < split.Assignment.Length ? (SplitPart)split.Assignment[i.Ordinal] : SplitPart.Unused);
        var learned = parts[SplitPart.Train].Concat(parts[SplitPart.Validation]).ToList();
        // The same content may lie in a test set twice.
        var copies = new Dictionary<(string, int), int>();
        var test = new TestImages(
            [.. parts[SplitPart.Test].Select(i => i.Ordinal)],
            [.. parts[SplitPart.Test].Select(i => i.Group)],
            [.. parts[SplitPart.Test].Select(i => IdOf(i.Sha256, i.Label, copies[(i.Sha256, i.Label)] = copies.GetValueOrDefault((i.Sha256, i.Label)) + 1))]);
        if (known.Count >= Kept) known.Clear();
        var positive = PositiveClass.Of(split.ClassNames, split.PositiveClass);
        return known[splitId] = new(split.DatasetId, split.VersionId, split.ClassNames, positive, split.ContentHash, split.Hash, test,
            learned.Select(i => i.Sha256).ToHashSet(), learned.Select(i => i.Group).OfType<string>().ToHashSet());
    }

    /// <summary>Content hash of an image, from its id.</summary>
    public static string ContentOf(string id) => id[..id.IndexOf('/', StringComparison.Ordinal)];

    private static string IdOf(string sha256, int label, int copy) => string.Create(CultureInfo.InvariantCulture, $"{sha256}/{label}/{copy}");
}
