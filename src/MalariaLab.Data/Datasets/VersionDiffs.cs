using MalariaLab.Core;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>An image that only one of two versions has.</summary>
/// <param name="Ordinal">Manifest position in the version that has it.</param>
/// <param name="Path">Path inside the source.</param>
/// <param name="Label">Class index there.</param>
public sealed record ChangedImage(int Ordinal, string Path, int Label);

/// <summary>An image that both versions have under different classes.</summary>
/// <param name="Ordinal">Manifest position in the newer version.</param>
/// <param name="Path">Path inside the source.</param>
/// <param name="From">Class name in the older version.</param>
/// <param name="To">Class name in the newer version.</param>
public sealed record RelabelledImage(int Ordinal, string Path, string From, string To);

/// <summary>What differs between two versions. Images are the same when their bytes are.</summary>
/// <param name="Classes">Classes of either version with their numbers of images before and after.</param>
/// <param name="Added">Images that only the newer one has, in its manifest order.</param>
/// <param name="Removed">Images that only the older one has, in its manifest order.</param>
/// <param name="Relabelled">Images whose class differs, in the newer one's manifest order.</param>
public sealed record VersionDiff(
    IReadOnlyList<(string Name, int Before, int After)> Classes, IReadOnlyList<ChangedImage> Added, IReadOnlyList<ChangedImage> Removed, IReadOnlyList<RelabelledImage> Relabelled);

/// <summary>Compares versions of datasets.</summary>
public sealed class VersionDiffs(IDbContextFactory<LabDbContext> contexts)
{
    private sealed record Line(int Ordinal, string Path, string Sha256, int Label);

    /// <summary>What the newer version has otherwise than the older one.</summary>
    /// <exception cref="ExplainedException">One of them is not there.</exception>
    public async Task<VersionDiff> CompareAsync(long olderId, long newerId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (oldNames, oldCounts, old) = await ReadAsync(db, olderId, cancellationToken);
        var (newNames, newCounts, fresh) = await ReadAsync(db, newerId, cancellationToken);
        var before = old.DistinctBy(i => i.Sha256).ToDictionary(i => i.Sha256);
        var after = fresh.Select(i => i.Sha256).ToHashSet();
        return new(
            [.. oldNames.Union(newNames).Select(name => (name, CountOf(oldNames, oldCounts, name), CountOf(newNames, newCounts, name)))],
            [.. fresh.Where(i => !before.ContainsKey(i.Sha256)).Select(Changed)],
            [.. old.Where(i => !after.Contains(i.Sha256)).Select(Changed)],
            [.. fresh.Where(i => before.TryGetValue(i.Sha256, out var was) && oldNames[was.Label] != newNames[i.Label])
                .Select(i => new RelabelledImage(i.Ordinal, i.Path, oldNames[before[i.Sha256].Label], newNames[i.Label]))]);
    }

    private static ChangedImage Changed(Line line) => new(line.Ordinal, line.Path, line.Label);

    private static int CountOf(List<string> names, List<int> counts, string name) => names.IndexOf(name) is >= 0 and var label ? counts[label] : 0;

    private static async Task<(List<string> Names, List<int> Counts, List<Line> Images)> ReadAsync(LabDbContext db, long versionId, CancellationToken cancellationToken)
    {
        var version = await db.DatasetVersions.AsNoTracking().Where(v => v.Id == versionId).Select(v => new { v.ClassNames, v.ClassCounts }).SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId).OrderBy(i => i.Ordinal)
            .Select(i => new Line(i.Ordinal, i.Path, i.Sha256, i.Label)).ToListAsync(cancellationToken);
        return (version.ClassNames, version.ClassCounts, images);
    }
}
