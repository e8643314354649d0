using MalariaLab.Core.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>A dataset in the list.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Latest">Its newest version with content; the newest of all where none has any.</param>
/// <param name="Versions">Number of versions.</param>
/// <param name="Runs">Runs on any version.</param>
public sealed record DatasetRow(Dataset Dataset, DatasetVersion? Latest, int Versions, int Runs);

/// <summary>What pages and the API read of datasets.</summary>
public sealed class DatasetQueries(IDbContextFactory<LabDbContext> contexts, GalleryIndex gallery)
{
    /// <summary>All datasets by name, or the trash.</summary>
    public async Task<IReadOnlyList<DatasetRow>> ListAsync(bool trashed = false, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var datasets = await db.Datasets.AsNoTracking().Where(d => d.TrashedAt != null == trashed).OrderBy(d => d.Name)
            .Select(d => new { Dataset = d, Versions = d.Versions.Count }).ToListAsync(cancellationToken);
        var numbers = await db.DatasetVersions.Select(v => new { v.Id, v.DatasetId, v.Number, HasContent = v.ContentHash != "" }).ToListAsync(cancellationToken);
        // A version that is being made, or could not be, does not hide the last one with content.
        var newest = numbers.GroupBy(v => v.DatasetId).Select(g => g.OrderByDescending(v => v.HasContent).ThenByDescending(v => v.Number).First().Id).ToList();
        var versions = await db.DatasetVersions.AsNoTracking().Where(v => newest.Contains(v.Id)).ToDictionaryAsync(v => v.DatasetId, cancellationToken);
        var runs = await db.Runs.Where(r => r.TrashedAt == null).GroupBy(r => r.Experiment!.DatasetVersion!.DatasetId)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return datasets.ConvertAll(d => new DatasetRow(d.Dataset, versions.GetValueOrDefault(d.Dataset.Id), d.Versions, runs.GetValueOrDefault(d.Dataset.Id)));
    }

    /// <summary>A version with its dataset; null when there is none.</summary>
    public async Task<DatasetVersion?> VersionAsync(long versionId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).SingleOrDefaultAsync(v => v.Id == versionId, cancellationToken);
    }

    /// <summary>Versions of a dataset, newest first.</summary>
    public async Task<IReadOnlyList<DatasetVersion>> VersionsAsync(long datasetId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.DatasetVersions.AsNoTracking().Where(v => v.DatasetId == datasetId).OrderByDescending(v => v.Number).ToListAsync(cancellationToken);
    }

    /// <summary>Splits of a version, oldest first.</summary>
    public async Task<IReadOnlyList<Split>> SplitsAsync(long versionId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Splits.AsNoTracking().Where(s => s.VersionId == versionId).OrderBy(s => s.Id).ToListAsync(cancellationToken);
    }

    /// <summary>One page of the gallery, in manifest order.</summary>
    public async Task<Page<DatasetImage>> GalleryAsync(long versionId, GalleryFilter filter, CancellationToken cancellationToken = default)
    {
        var found = await gallery.FindAsync(versionId, filter, cancellationToken);
        // Rows of an import that is not finished stand in the table already.
        if (found.Total == 0) return new([], 0);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var images = db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId);
        var (skip, take) = (Math.Max(0, filter.Skip), Math.Clamp(filter.Take, 1, 500));
        if (found.Ordinals is { } ordinals)
        {
            var page = ordinals.Skip(skip).Take(take).ToList();
            images = images.Where(i => page.Contains(i.Ordinal));
        }
        else images = images.Where(i => i.Ordinal >= skip && i.Ordinal < skip + take);
        return new(await images.OrderBy(i => i.Ordinal).ToListAsync(cancellationToken), found.Total);
    }

    /// <summary>One image, or null.</summary>
    public async Task<DatasetImage?> ImageAsync(long versionId, int ordinal, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.DatasetImages.AsNoTracking()
            .Where(i => i.VersionId == versionId && i.Ordinal == ordinal)
            .Where(i => db.DatasetVersions.Any(v => v.Id == versionId && ordinal < v.ImageCount))
            .SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>One page of the files that an import did not take, optionally of one kind.</summary>
    public async Task<Page<ImportRefusal>> RefusalsAsync(long versionId, string? kind, int skip, int take, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var refusals = db.ImportRefusals.AsNoTracking().Where(r => r.VersionId == versionId && (kind == null || r.Kind == kind));
        var page = await refusals.OrderBy(r => r.Id).Skip(Math.Max(0, skip)).Take(Math.Clamp(take, 1, 500)).ToListAsync(cancellationToken);
        return new(page, await refusals.CountAsync(cancellationToken));
    }
}
