using System.Collections.Concurrent;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging;

/// <summary>
/// For each output position along one axis, which input samples it reads and with which weights, in 22-bit fixed point.
/// The arithmetic is Pillow's (src/libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc), so that results agree to the bit.
/// </summary>
internal sealed class ResampleFilter
{
    public const int PrecisionBits = 32 - 8 - 2;

    // A data set's images have few sizes, and to make a filter takes longer than to apply it.
    private const int MostKept = 1024;

    private static readonly ConcurrentDictionary<(Interpolation, int, int), ResampleFilter> Kept = new();

    private ResampleFilter(Interpolation interpolation, int inputSize, int outputSize)
    {
        var (kernel, kernelSupport) = Kernel(interpolation);
        var scale = (double)inputSize / outputSize;
        // Shrinking widens the kernel, which is what makes it free of aliasing.
        var kernelScale = Math.Max(scale, 1);
        var support = kernelSupport * kernelScale;
        Taps = ((int)Math.Ceiling(support) * 2) + 1;
        Starts = new int[outputSize];
        Counts = new int[outputSize];
        Weights = new int[outputSize * Taps];
        var weights = new double[Taps];
        for (var position = 0; position < outputSize; position++)
        {
            var centre = (position + 0.5) * scale;
            var start = Math.Max((int)(centre - support + 0.5), 0);
            var count = Math.Min((int)(centre + support + 0.5), inputSize) - start;
            var sum = 0.0;
            for (var tap = 0; tap < count; tap++)
                sum += weights[tap] = kernel((tap + start - centre + 0.5) * (1 / kernelScale));
            for (var tap = 0; tap < count; tap++)
            {
                var weight = sum == 0 ? weights[tap] : weights[tap] / sum;
                Weights[(position * Taps) + tap] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));
            }
            Starts[position] = start;
            Counts[position] = count;
        }
    }

    /// <summary>The filter between two sizes; made once, and read by any number of threads.</summary>
    public static ResampleFilter Of(Interpolation interpolation, int inputSize, int outputSize)
    {
        if (Kept.Count >= MostKept) Kept.Clear();
        return Kept.GetOrAdd((interpolation, inputSize, outputSize), static key => new(key.Item1, key.Item2, key.Item3));
    }

    /// <summary>Room for weights at each output position.</summary>
    public int Taps { get; }

    /// <summary>First input sample of each output position.</summary>
    public int[] Starts { get; }

    /// <summary>Number of input samples of each output position.</summary>
    public int[] Counts { get; }

    /// <summary>Weights, <see cref="Taps"/> for each output position.</summary>
    public int[] Weights { get; }

    private static (Func<double, double> Kernel, double Support) Kernel(Interpolation interpolation) => interpolation switch
    {
        Interpolation.Bilinear => (Triangle, 1),
        Interpolation.Bicubic => (Cubic, 2),
        Interpolation.Lanczos => (Lanczos, 3),
        _ => throw new ArgumentOutOfRangeException(nameof(interpolation), interpolation, "No convolution kernel belongs to this interpolation."),
    };

    private static double Triangle(double x) => Math.Max(1 - Math.Abs(x), 0);

    private static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        if (x < 1) return ((((a + 2) * x) - (a + 3)) * x * x) + 1;
        return x < 2 ? ((((x - 5) * x) + 8) * x - 4) * a : 0;
    }

    private static double Lanczos(double x) => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
