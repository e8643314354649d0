namespace MalariaLab.Imaging.Cache;

/// <summary>How far the making of a cache is.</summary>
/// <param name="Done">Images written.</param>
/// <param name="Total">Images in all.</param>
public readonly record struct PixelCacheProgress(int Done, int Total);
