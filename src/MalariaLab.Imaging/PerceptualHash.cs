using System.Numerics;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging;

/// <summary>
/// The 64-bit "pHash" as the Python library ImageHash computes it: grey, 32 × 32 (Lanczos), discrete cosine transform, the 8 × 8 lowest frequencies,
/// each bit says whether one is above their median. Bit 63 is the lowest frequency, rows of vertical frequency follow.
/// Robust to size, compression and brightness; not to rotation or mirroring.
/// </summary>
public static class PerceptualHash
{
    private const int Side = 32;
    private const int Kept = 8;

    // Row f holds cos(π f (2x + 1) / 2N); the transform's scale does not matter to a comparison with the median.
    private static readonly double[] Cosines = [.. from f in Enumerable.Range(0, Kept)
                                                   from x in Enumerable.Range(0, Side)
                                                   select Math.Cos(Math.PI * f * ((2 * x) + 1) / (2 * Side))];

    /// <summary>Hash of an image.</summary>
    public static ulong Of(PixelImage image)
    {
        var small = Resampler.Resize(Grey(image), Side, Side, Interpolation.Lanczos).Pixels;
        Span<double> rows = stackalloc double[Side * Kept];
        for (var y = 0; y < Side; y++)
        {
            for (var f = 0; f < Kept; f++)
            {
                var sum = 0.0;
                for (var x = 0; x < Side; x++) sum += small[(y * Side) + x] * Cosines[(f * Side) + x];
                rows[(y * Kept) + f] = sum;
            }
        }
        Span<double> low = stackalloc double[Kept * Kept];
        for (var v = 0; v < Kept; v++)
        {
            for (var f = 0; f < Kept; f++)
            {
                var sum = 0.0;
                for (var y = 0; y < Side; y++) sum += rows[(y * Kept) + f] * Cosines[(v * Side) + y];
                low[(v * Kept) + f] = sum;
            }
        }
        Span<double> sorted = stackalloc double[Kept * Kept];
        low.CopyTo(sorted);
        sorted.Sort();
        var median = (sorted[31] + sorted[32]) / 2;
        var hash = 0UL;
        foreach (var value in low) hash = (hash << 1) | (value > median ? 1UL : 0);
        return hash;
    }

    /// <summary>Number of bits in which two hashes differ, 0 to 64.</summary>
    public static int Distance(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    // Pillow's weights for convert("L"), as in the image shim.
    private static PixelImage Grey(PixelImage image)
    {
        if (image.Channels == 1) return image;
        var pixels = image.Pixels;
        var grey = new byte[image.Width * image.Height];
        for (int i = 0, at = 0; i < grey.Length; i++, at += 3)
            grey[i] = (byte)(((pixels[at] * 19595) + (pixels[at + 1] * 38470) + (pixels[at + 2] * 7471) + 0x8000) >> 16);
        return new PixelImage(image.Width, image.Height, 1, grey);
    }
}
