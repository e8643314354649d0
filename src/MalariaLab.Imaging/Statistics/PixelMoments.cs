namespace MalariaLab.Imaging.Statistics;

/// <summary>
/// Sums images of one size position by position, for the mean image and the standard-deviation image of a class, and counts sample values for its histograms.
/// Whole-number sums: the result does not depend on the order, and parts that were summed apart can be merged. Not safe for several threads at once.
/// </summary>
public sealed class PixelMoments
{
    private readonly long[] sums;
    private readonly long[] squares;
    private readonly long[] histogram;

    /// <summary>Starts with no image.</summary>
    public PixelMoments(int width, int height, int channels)
    {
        (Width, Height, Channels) = (width, height, channels);
        sums = new long[checked(width * height * channels)];
        squares = new long[sums.Length];
        histogram = new long[256 * channels];
    }

    /// <summary>Width of the images.</summary>
    public int Width { get; }

    /// <summary>Height of the images.</summary>
    public int Height { get; }

    /// <summary>Channels of the images.</summary>
    public int Channels { get; }

    /// <summary>Number of images added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one image: height × width × channels samples.</summary>
    public void Add(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length != sums.Length) throw new ArgumentException($"An image of {sums.Length} samples is expected, not {pixels.Length}.", nameof(pixels));
        for (int i = 0, channel = 0; i < pixels.Length; i++)
        {
            int value = pixels[i];
            sums[i] += value;
            squares[i] += value * value;
            histogram[(channel * 256) + value]++;
            if (++channel == Channels) channel = 0;
        }
        Count++;
    }

    /// <summary>Adds what another one summed.</summary>
    public void Merge(PixelMoments other)
    {
        if ((other.Width, other.Height, other.Channels) != (Width, Height, Channels)) throw new ArgumentException("Only sums of images of one size can be merged.", nameof(other));
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += other.sums[i];
            squares[i] += other.squares[i];
        }
        for (var i = 0; i < histogram.Length; i++) histogram[i] += other.histogram[i];
        Count += other.Count;
    }

    /// <summary>How often each value 0 to 255 occurs in a channel.</summary>
    public IReadOnlyList<long> Histogram(int channel) => histogram[(channel * 256)..((channel + 1) * 256)];

    /// <summary>Mean image.</summary>
    public PixelImage Mean() => Draw(i => sums[i] / (double)Count);

    /// <summary>Standard-deviation image (n in the denominator), stretched so that its largest deviation is white.</summary>
    public PixelImage Deviation()
    {
        var deviations = new double[sums.Length];
        for (var i = 0; i < sums.Length; i++)
        {
            var mean = sums[i] / (double)Count;
            deviations[i] = Math.Sqrt(Math.Max((squares[i] / (double)Count) - (mean * mean), 0));
        }
        var largest = Math.Max(deviations.Max(), 1e-9);
        return Draw(i => deviations[i] * 255 / largest);
    }

    /// <summary>Contrast between two class means: mid-grey where they agree, brighter where this one is brighter; the largest difference is black or white.</summary>
    public PixelImage ContrastTo(PixelMoments other)
    {
        if (other.sums.Length != sums.Length) throw new ArgumentException("Only means of images of one size can be compared.", nameof(other));
        var differences = new double[sums.Length];
        for (var i = 0; i < sums.Length; i++) differences[i] = (sums[i] / (double)Count) - (other.sums[i] / (double)other.Count);
        var largest = Math.Max(differences.Max(Math.Abs), 1e-9);
        return Draw(i => 127.5 + (differences[i] * 127.5 / largest));
    }

    private PixelImage Draw(Func<int, double> value)
    {
        if (Count == 0) throw new InvalidOperationException("There is no mean of no images.");
        var pixels = new byte[sums.Length];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)Math.Clamp((int)(value(i) + 0.5), 0, 255);
        return new PixelImage(Width, Height, Channels, pixels);
    }
}
