using System.Globalization;

namespace MalariaLab.Data.Store;

/// <summary>What below cache/ belongs to dataset versions and their contents.</summary>
internal static class DatasetCaches
{
    /// <summary>Deletes the pixel caches of versions, and the thumbnails of contents.</summary>
    /// <returns>Bytes that were freed.</returns>
    public static long Delete(LabPaths paths, IEnumerable<long> versionIds, IReadOnlySet<string> contents)
    {
        long freed = 0;
        foreach (var id in versionIds)
            freed += DeleteWhere(Path.Combine(paths.Cache, "pixels"), name => name.StartsWith(string.Create(CultureInfo.InvariantCulture, $"v{id}_"), StringComparison.Ordinal));
        foreach (var folder in contents.Select(c => c[..2]).Distinct())
            freed += DeleteWhere(Path.Combine(paths.Cache, "thumbnails", folder), name => contents.Contains(name.Split('-')[0]));
        return freed;
    }

    private static long DeleteWhere(string folder, Func<string, bool> condition)
    {
        if (!Directory.Exists(folder)) return 0;
        long freed = 0;
        foreach (var file in new DirectoryInfo(folder).GetFiles().Where(f => condition(f.Name)))
        {
            freed += file.Length;
            file.Delete();
        }
        return freed;
    }
}
