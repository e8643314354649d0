using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>Images that a filter takes.</summary>
/// <param name="Ordinals">Their places in the manifest, ascending; null for all.</param>
/// <param name="Total">Their number.</param>
public sealed record GallerySelection(int[]? Ordinals, int Total);

/// <summary>
/// Finds the images of a filter once and keeps the last answers, so that a scrolling gallery costs one look by key a page. Versions, splits and predictions do not change.
/// </summary>
public sealed class GalleryIndex(IDbContextFactory<LabDbContext> contexts, DatasetInsights insights, RunPredictions predictions)
{
    private const int Kept = 32;
    private readonly Lock gate = new();
    private readonly Dictionary<(long Version, GalleryFilter Filter, long Stamp), GallerySelection> known = [];

    /// <summary>The images of a filter; its page is not looked at.</summary>
    public async Task<GallerySelection> FindAsync(long versionId, GalleryFilter filter, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var key = (versionId, filter with { Skip = 0, Take = 0 }, await StampAsync(db, versionId, filter, cancellationToken));
        lock (gate)
            if (known.TryGetValue(key, out var found)) return found;
        var selection = await SelectAsync(db, versionId, filter, cancellationToken);
        lock (gate)
        {
            if (known.Count >= Kept) known.Clear();
            return known[key] = selection;
        }
    }

    // What may be made anew under the same ids: the predictions of a run that was evaluated again, and the near-duplicates. A version that is being filled is not kept either.
    private static async Task<long> StampAsync(LabDbContext db, long versionId, GalleryFilter filter, CancellationToken cancellationToken)
    {
        if (filter.RunId is { } run)
            return await db.PredictionSets.Where(s => s.RunId == run && s.DatasetVersionId == versionId).MaxAsync(s => (long?)s.Id, cancellationToken) ?? 0;
        if (filter.Quality == ImageQuality.Duplicate)
        {
            var searched = await db.DatasetInsights
                .Where(i => i.VersionId == versionId && i.Kind == JobKind.Duplicates)
                .Select(i => (DateTimeOffset?)i.At)
                .SingleOrDefaultAsync(cancellationToken);
            return searched?.Ticks ?? 0;
        }
        return await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.ImageCount).SingleOrDefaultAsync(cancellationToken);
    }

    private async Task<GallerySelection> SelectAsync(LabDbContext db, long versionId, GalleryFilter filter, CancellationToken cancellationToken)
    {
        var images = db.DatasetImages.Where(i => i.VersionId == versionId);
        var inTable = Where(images, filter);
        var count = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.ImageCount).SingleOrDefaultAsync(cancellationToken);
        if (count == 0) return new([], 0);
        var kept = new List<Func<int, bool>>();
        if (filter is { SplitId: { } splitId, Part: { } part })
        {
            var assignment = await db.Splits.Where(s => s.Id == splitId && s.VersionId == versionId).Select(s => s.Assignment).SingleOrDefaultAsync(cancellationToken) ?? [];
            kept.Add(i => i < assignment.Length && assignment[i] == (byte)part);
        }
        if (filter.Quality == ImageQuality.Duplicate)
        {
            var report = await insights.FindAsync<DuplicateReport>(versionId, JobKind.Duplicates, cancellationToken);
            var twins = report?.Pairs.SelectMany(p => (int[])[p.First, p.Second]).ToHashSet() ?? [];
            kept.Add(twins.Contains);
        }
        if (filter.RunId is { } runId)
        {
            var scored = await predictions.FindAsync(runId, versionId, cancellationToken);
            kept.Add(i => scored.TryGetValue(i, out var said)
                && (filter.Right is null || filter.Right == (said.Predicted == said.Label))
                && (filter.Predicted is null || filter.Predicted == said.Predicted));
        }
        if (ReferenceEquals(inTable, images) && kept.Count == 0) return new(null, count);
        var ordinals = ReferenceEquals(inTable, images) ? Enumerable.Range(0, count) : await inTable.OrderBy(i => i.Ordinal).Select(i => i.Ordinal).ToListAsync(cancellationToken);
        int[] taken = [.. ordinals.Where(i => kept.TrueForAll(keep => keep(i)))];
        return new(taken, taken.Length);
    }

    private static IQueryable<DatasetImage> Where(IQueryable<DatasetImage> images, GalleryFilter filter)
    {
        if (filter.Label is { } label) images = images.Where(i => i.Label == label);
        if (filter.Group is { } group) images = images.Where(i => i.Group == group);
        if (filter.MinSide is { } min) images = images.Where(i => i.Width >= min || i.Height >= min);
        if (filter.MaxSide is { } max) images = images.Where(i => i.Width <= max && i.Height <= max);
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var text = filter.Text.Trim().ToLowerInvariant();
#pragma warning disable CA1862 // Translated to SQL, where a comparison kind has no meaning.
            images = images.Where(i => i.Path.ToLower().Contains(text));
#pragma warning restore CA1862
        }
        return filter.Quality switch
        {
            ImageQuality.Note => images.Where(i => i.Note != null),
            ImageQuality.Tiny => images.Where(i => i.Width < GalleryFilter.TinySide || i.Height < GalleryFilter.TinySide),
            ImageQuality.Plain => images.Where(i => i.StdR < GalleryFilter.PlainDeviation && i.StdG < GalleryFilter.PlainDeviation && i.StdB < GalleryFilter.PlainDeviation),
            _ => images,
        };
    }
}
