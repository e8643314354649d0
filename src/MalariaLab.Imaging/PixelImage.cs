namespace MalariaLab.Imaging;

/// <summary>A decoded image: 8-bit samples, rows top to bottom, channels interleaved (height, width, channels), no padding.</summary>
public sealed class PixelImage
{
    /// <summary>Wraps samples without copying them.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public PixelImage(int width, int height, int channels, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 (grey) or 3 (RGB) channels.");
        if (pixels.LongLength != (long)width * height * channels)
            throw new ArgumentException($"{width} x {height} x {channels} samples need {(long)width * height * channels} bytes, not {pixels.Length}.", nameof(pixels));
        (Width, Height, Channels, Pixels) = (width, height, channels, pixels);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>1 (grey) or 3 (RGB).</summary>
    public int Channels { get; }

    /// <summary>The samples.</summary>
    public byte[] Pixels { get; }
}
