using System.Numerics;
using System.Runtime.Intrinsics;

namespace MalariaLab.Imaging;

/// <summary>Colour statistics of one image.</summary>
/// <param name="Means">Mean of red, green, blue, 0 to 255.</param>
/// <param name="Deviations">Standard deviation (n in the denominator) of red, green, blue.</param>
/// <param name="BackgroundShare">Share of pixels whose every channel is at most <see cref="BackgroundCeiling"/>.</param>
public sealed record PixelMeasures(IReadOnlyList<double> Means, IReadOnlyList<double> Deviations, double BackgroundShare)
{
    /// <summary>Brightest sample that still counts as black: lossy compression leaves a little noise around cut-out cells.</summary>
    public const int BackgroundCeiling = 10;

    /// <summary>Measures in one pass with whole-number sums, so that the order of summation cannot matter.</summary>
    public static PixelMeasures Of(PixelImage image)
    {
        Span<long> sums = stackalloc long[3];
        Span<long> squares = stackalloc long[3];
        var background = 0L;
        ReadOnlySpan<byte> pixels = image.Pixels;
        if (image.Channels == 1)
        {
            foreach (var value in pixels)
            {
                sums[0] += value;
                squares[0] += value * value;
                if (value <= BackgroundCeiling) background++;
            }
            sums[1..].Fill(sums[0]);
            squares[1..].Fill(squares[0]);
        }
        else
        {
            for (var i = Blocks(pixels, sums, squares, ref background); i < pixels.Length; i += 3)
            {
                int red = pixels[i], green = pixels[i + 1], blue = pixels[i + 2];
                (sums[0], sums[1], sums[2]) = (sums[0] + red, sums[1] + green, sums[2] + blue);
                (squares[0], squares[1], squares[2]) = (squares[0] + (red * red), squares[1] + (green * green), squares[2] + (blue * blue));
                if (Math.Max(red, Math.Max(green, blue)) <= BackgroundCeiling) background++;
            }
        }
        var count = (double)image.Width * image.Height;
        var means = new double[3];
        var deviations = new double[3];
        for (var channel = 0; channel < 3; channel++)
        {
            means[channel] = sums[channel] / count;
            deviations[channel] = Math.Sqrt(Math.Max((squares[channel] / count) - (means[channel] * means[channel]), 0));
        }
        return new PixelMeasures(means, deviations, background / count);
    }

    /// <summary>Adds up whole blocks of 16 RGB pixels, three vectors each, and says where they end.</summary>
    private static int Blocks(ReadOnlySpan<byte> pixels, Span<long> sums, Span<long> squares, ref long background)
    {
        const int vector = 16, block = 3 * vector, blocksAtOnce = 256;
        const long firstOfPixel = 0b001001001001001001001001001001001001001001001001;
        var at = 0;
        Span<Vector128<ushort>> sum = stackalloc Vector128<ushort>[6];
        Span<Vector128<uint>> square = stackalloc Vector128<uint>[12];
        while (pixels.Length - at >= block)
        {
            // 256 times 255 is the most that 16 bits hold, and 256 times 255 squared fits into 32 bits.
            sum.Clear();
            square.Clear();
            for (var n = Math.Min(blocksAtOnce, (pixels.Length - at) / block); n > 0; n--, at += block)
            {
                var dark = 0L;
                for (var k = 0; k < 3; k++)
                {
                    var samples = Vector128.Create(pixels[(at + (k * vector))..]);
                    var (low, high) = Vector128.Widen(samples);
                    (sum[2 * k], sum[(2 * k) + 1]) = (sum[2 * k] + low, sum[(2 * k) + 1] + high);
                    var (a, b) = Vector128.Widen(low * low);
                    var (c, d) = Vector128.Widen(high * high);
                    (square[4 * k], square[(4 * k) + 1]) = (square[4 * k] + a, square[(4 * k) + 1] + b);
                    (square[(4 * k) + 2], square[(4 * k) + 3]) = (square[(4 * k) + 2] + c, square[(4 * k) + 3] + d);
                    dark |= (long)Vector128.LessThanOrEqual(samples, Vector128.Create((byte)BackgroundCeiling)).ExtractMostSignificantBits() << (k * vector);
                }
                background += BitOperations.PopCount((ulong)(dark & (dark >> 1) & (dark >> 2) & firstOfPixel));
            }
            for (var i = 0; i < block; i++)
            {
                sums[i % 3] += sum[i / 8][i % 8];
                squares[i % 3] += square[i / 4][i % 4];
            }
        }
        return at;
    }
}
