using System.Globalization;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Store;
using MalariaLab.Imaging.Cache;

namespace MalariaLab.Worker.Caches;

/// <summary>Pixel caches of dataset versions, made from the content store when they are absent or damaged.</summary>
internal sealed class PixelCaches(ContentStore store, LabPaths paths)
{
    private readonly PixelCacheStore caches = new(Path.Combine(paths.Cache, "pixels"));

    /// <summary>Images of a version at one size, in manifest order.</summary>
    /// <param name="version">The version.</param>
    /// <param name="items">Its manifest.</param>
    /// <param name="architecture">Size and channels.</param>
    /// <param name="interpolation">How images come to that size.</param>
    /// <param name="progress">Told while the cache is made.</param>
    /// <param name="cancellation">Stops the making.</param>
    /// <exception cref="ExplainedException">An image cannot be read, or the disk is full.</exception>
    public async Task<PixelCache> OpenAsync(
        DatasetVersion version, IReadOnlyList<SplitItem> items, ArchitectureSpec architecture, Interpolation interpolation,
        IProgress<PixelCacheProgress>? progress, CancellationToken cancellation)
    {
        var key = new PixelCacheKey(string.Create(CultureInfo.InvariantCulture, $"v{version.Id}"), architecture.Size, architecture.Size, architecture.Channels, interpolation);
        var locations = await store.LocateVersionAsync(version.Id, cancellation);
        if (locations.Count != items.Count)
            throw new ExplainedException($"The store has {locations.Count:N0} of the dataset's {items.Count:N0} images: restore it from a backup or import the dataset again.");
        var sources = items.Select((item, i) => new PixelSource(item.Sha256, () => store.Read(locations[i]))).ToList();
        try
        {
            return await caches.GetAsync(key, sources, progress, cancellation);
        }
        catch (PixelCacheException e)
        {
            throw new ExplainedException(e.Message, e);
        }
    }
}
