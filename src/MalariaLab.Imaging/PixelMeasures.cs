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
            for (var i = 0; i < pixels.Length; i += 3)
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
}
