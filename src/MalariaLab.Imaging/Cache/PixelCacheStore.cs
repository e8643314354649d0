using System.Globalization;

namespace MalariaLab.Imaging.Cache;

/// <summary>The folder of pixel caches. Any number of threads and processes may ask for caches at once: one makes it, the others wait and share it.</summary>
/// <param name="folder">Where the files lie; made when needed.</param>
/// <param name="limits">Limits on the images; the default ones where null.</param>
public sealed class PixelCacheStore(string folder, ImageLimits? limits = null)
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens the cache for a key; makes it first where it is absent, and anew where it is damaged or was made for other images.</summary>
    /// <param name="key">What is wanted.</param>
    /// <param name="sources">The images in the order of the manifest; only read where the cache must be made.</param>
    /// <param name="progress">Told about 200 times while the cache is made.</param>
    /// <param name="ct">Cancels; a half-made file is removed.</param>
    /// <returns>The open cache, which the caller disposes.</returns>
    /// <exception cref="PixelCacheException">An image cannot be read, or the disk is full.</exception>
    public async Task<PixelCache> GetAsync(
        PixelCacheKey key, IReadOnlyList<PixelSource> sources, IProgress<PixelCacheProgress>? progress = null, CancellationToken ct = default)
    {
        if (sources.Count == 0) throw new PixelCacheException("A dataset without images cannot be trained on. Import images first.");
        var layout = new PixelCacheLayout(key, sources);
        var path = Path.Combine(folder, key.FileName);
        return await Task.Run(() => PixelCache.TryOpen(path, key, layout, ct), ct) ?? await MakeAsync(path, key, sources, layout, progress, ct);
    }

    /// <summary>Removes every cache of a dataset version and says how many bytes that freed. Readers that have one open keep it until they close it.</summary>
    public long Delete(string datasetVersion)
    {
        if (!Directory.Exists(folder)) return 0;
        var freed = 0L;
        foreach (var file in new DirectoryInfo(folder).GetFiles())
        {
            if (!file.Name.StartsWith(datasetVersion + "_", StringComparison.Ordinal)) continue;
            freed += file.Length;
            file.Delete();
        }
        return freed;
    }

    private async Task<PixelCache> MakeAsync(
        string path, PixelCacheKey key, IReadOnlyList<PixelSource> sources, PixelCacheLayout layout,
        IProgress<PixelCacheProgress>? progress, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        using var turn = await LockAsync(path + ".lock", ct);
        return await Task.Run(() =>
        {
            // Whoever held the lock before may have made it.
            if (PixelCache.TryOpen(path, key, layout, ct) is { } made) return made;
            try
            {
                File.Delete(path);
                RequireSpace(layout.FileBytes);
                PixelCacheBuilder.Build(path, key, sources, layout, limits ?? ImageLimits.Default, progress, ct);
            }
            catch (Exception e) when (e is IOException or AggregateException { InnerException: IOException or PixelCacheException })
            {
                if ((e as AggregateException)?.InnerException is PixelCacheException known) throw known;
                var cause = (e.InnerException ?? e).Message;
                throw new PixelCacheException($"The pixel cache could not be written to {folder}: {cause} Free {Size(layout.FileBytes)} there and start again.", e);
            }
            return PixelCache.Open(path, key, layout);
        }, ct);
    }

    // The operating system drops the lock of a process that dies, so a crash never leaves one behind.
    private static async Task<FileStream> LockAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockPoll, ct);
            }
        }
    }

    private void RequireSpace(long bytes)
    {
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (free < bytes)
            throw new PixelCacheException($"The pixel cache needs {Size(bytes)} in {folder}, where {Size(free)} are free. Free space there and start again.");
    }

    private static string Size(long bytes) => bytes < 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB");
}
