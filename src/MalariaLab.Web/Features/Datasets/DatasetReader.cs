using System.Text.Json;
using MalariaLab.Core.Datasets;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>What the dataset page shows at once.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Version">The version that is looked at.</param>
/// <param name="Versions">All its versions, newest first.</param>
/// <param name="Import">The request that filled the version; null for a derived one.</param>
/// <param name="Splits">Splits of the version without their assignments, oldest first.</param>
/// <param name="HasRuns">True when a run has used the version.</param>
/// <param name="HasGivenParts">True when the source's folders name parts.</param>
public sealed record DatasetDetail(
    Dataset Dataset, DatasetVersion Version, IReadOnlyList<DatasetVersion> Versions, Import? Import, IReadOnlyList<SplitLine> Splits, bool HasRuns, bool HasGivenParts);

/// <summary>A split without its assignment, which may be long.</summary>
public sealed record SplitLine(
    long Id, string Name, string PlanJson, string CountsJson, string Hash, string TestSetHash, int Train, int Validation, int Test,
    int LeakingGroups, int LeakingDuplicates, DateTimeOffset CreatedAt)
{
    /// <summary>Images of each class, a part.</summary>
    public PartCounts Counts() => JsonSerializer.Deserialize<PartCounts>(CountsJson, JsonSerializerOptions.Web)!;
}

/// <summary>Images of each class, a part.</summary>
public sealed record PartCounts(int[] Train, int[] Validation, int[] Test, int[] Unused);

/// <summary>What the pages about datasets read beside <see cref="MalariaLab.Data.Datasets.DatasetQueries"/>.</summary>
public sealed class DatasetReader(IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>A dataset with one of its versions, or null.</summary>
    /// <param name="datasetId">Row id.</param>
    /// <param name="number">Number of the version; null takes the newest one that did not fail.</param>
    public async Task<DatasetDetail?> FindAsync(long datasetId, int? number = null)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var versions = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).Where(v => v.DatasetId == datasetId).OrderByDescending(v => v.Number).ToListAsync();
        var version = Shown(versions, number);
        if (version is null) return null;
        return new DatasetDetail(version.Dataset!, version, versions,
            await db.Imports.AsNoTracking().Where(i => i.VersionId == version.Id).OrderByDescending(i => i.Id).FirstOrDefaultAsync(),
            await SplitsAsync(db, version.Id),
            await db.Runs.AnyAsync(r => r.Experiment!.DatasetVersionId == version.Id),
            await db.DatasetImages.AnyAsync(i => i.VersionId == version.Id && i.GivenPart == SplitPart.Test));
    }

    /// <summary>The version that a page shows: the one of the number, else the newest, where one that could not be made does not hide those before.</summary>
    /// <param name="versions">Versions of a dataset, newest first.</param>
    /// <param name="number">Number of the version, or null.</param>
    public static DatasetVersion? Shown(IReadOnlyList<DatasetVersion> versions, int? number) => number is null
        ? versions.FirstOrDefault(v => v.Status != DatasetVersionStatus.Failed) ?? (versions.Count > 0 ? versions[0] : null)
        : versions.FirstOrDefault(v => v.Number == number);

    /// <summary>True when a dataset in use has the name; one whose import failed gives it away.</summary>
    public async Task<bool> IsNameTakenAsync(string name)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Datasets.AnyAsync(d => d.Name == name && d.TrashedAt == null && d.Versions.Any(v => v.Status != DatasetVersionStatus.Failed));
    }

    /// <summary>How many files were refused, a kind; the commonest first.</summary>
    public async Task<IReadOnlyList<(string Kind, int Count)>> RefusalKindsAsync(long versionId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var counts = await db.ImportRefusals.Where(r => r.VersionId == versionId).GroupBy(r => r.Kind).Select(g => new { g.Key, Count = g.Count() }).ToListAsync();
        return [.. counts.OrderByDescending(c => c.Count).Select(c => (c.Key, c.Count))];
    }

    /// <summary>Class of each image of a version, in manifest order.</summary>
    public async Task<int[]> LabelsAsync(long versionId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.DatasetImages.Where(i => i.VersionId == versionId).OrderBy(i => i.Ordinal).Select(i => i.Label).ToArrayAsync();
    }

    /// <summary>Part of each image of a version, as bytes of <see cref="SplitPart"/> in manifest order, in each of its splits.</summary>
    public async Task<IReadOnlyList<(SplitLine Split, byte[] Parts)>> AssignmentsAsync(DatasetDetail detail)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var assignments = await db.Splits.Where(s => s.VersionId == detail.Version.Id).Select(s => new { s.Id, s.Assignment }).ToDictionaryAsync(s => s.Id, s => s.Assignment);
        return [.. detail.Splits.Where(s => assignments.ContainsKey(s.Id)).Select(s => (s, assignments[s.Id]))];
    }

    /// <summary>A few images of a version by their places.</summary>
    public async Task<Dictionary<int, DatasetImage>> ImagesAsync(long versionId, IReadOnlyList<int> ordinals)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId && ordinals.Contains(i.Ordinal)).ToDictionaryAsync(i => i.Ordinal);
    }

    private static async Task<IReadOnlyList<SplitLine>> SplitsAsync(LabDbContext db, long versionId) => await db.Splits.AsNoTracking()
        .Where(s => s.VersionId == versionId).OrderBy(s => s.Id)
        .Select(s => new SplitLine(s.Id, s.Name, s.PlanJson, s.CountsJson, s.Hash, s.TestSetHash, s.TrainCount, s.ValidationCount, s.TestCount,
            s.LeakingGroups, s.LeakingDuplicates, s.CreatedAt))
        .ToListAsync();
}
