namespace MalariaLab.Imaging;

/// <summary>What one file may cost. Both limits are checked from the header, before any pixel is decoded.</summary>
/// <param name="MaxBytes">Largest file, in bytes.</param>
/// <param name="MaxPixels">Largest width times height.</param>
public sealed record ImageLimits(long MaxBytes, long MaxPixels)
{
    /// <summary>64 MiB and 40 million pixels: far above any cell crop or radiograph, far below what would hurt four decoders side by side.</summary>
    public static ImageLimits Default { get; } = new(64L << 20, 40_000_000);
}
