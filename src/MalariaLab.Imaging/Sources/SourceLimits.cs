namespace MalariaLab.Imaging.Sources;

/// <summary>What one import may hold. Each limit is far above a real data set and far below what would fill a disk or a memory unnoticed.</summary>
public sealed record SourceLimits
{
    /// <summary>The limits of the lab.</summary>
    public static SourceLimits Default { get; } = new();

    /// <summary>Most files, folders included.</summary>
    public int MaxEntries { get; init; } = 400_000;

    /// <summary>Most bytes of all files, unpacked.</summary>
    public long MaxTotalBytes { get; init; } = 200L << 30;

    /// <summary>Most bytes of one file; a larger one is listed and the others are imported.</summary>
    public long MaxFileBytes { get; init; } = ImageLimits.Default.MaxBytes;

    /// <summary>Most unpacked bytes for each packed byte, over the whole archive. Images are packed already; 100 is no collection of images.</summary>
    public int MaxRatio { get; init; } = 100;

    /// <summary>Archives that unpack to less than this may have any ratio.</summary>
    public long RatioFreeBytes { get; init; } = 64L << 20;
}
