using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging;

/// <summary>Resizes as Pillow's <c>Image.resize</c> does, which Keras' <c>flow_from_directory</c> calls: the published recipes depend on its exact kernels.</summary>
public static class Resampler
{
    /// <summary>A resized copy, or the image itself where it has that size already.</summary>
    public static PixelImage Resize(PixelImage image, int width, int height, Interpolation interpolation)
    {
        if (image.Width == width && image.Height == height) return image;
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var output = new byte[checked(width * height * image.Channels)];
        Resize(image, width, height, interpolation, output);
        return new PixelImage(width, height, image.Channels, output);
    }

    /// <summary>Resizes into <paramref name="output"/>, height × width × channels bytes.</summary>
    public static void Resize(PixelImage image, int width, int height, Interpolation interpolation, Span<byte> output)
    {
        if (output.Length != width * height * image.Channels)
            throw new ArgumentException($"{width} x {height} x {image.Channels} samples do not fit {output.Length} bytes.", nameof(output));
        if (image.Width == width && image.Height == height) image.Pixels.CopyTo(output);
        else if (interpolation == Interpolation.Nearest) PickNearest(image, width, height, output);
        else Convolve(image, width, height, interpolation, output);
    }

    private static void PickNearest(PixelImage image, int width, int height, Span<byte> output)
    {
        var columns = Centres(image.Width, width);
        var rows = Centres(image.Height, height);
        var channels = image.Channels;
        ReadOnlySpan<byte> input = image.Pixels;
        var at = 0;
        foreach (var y in rows)
        {
            var row = input.Slice(y * image.Width * channels, image.Width * channels);
            foreach (var x in columns)
            {
                for (var channel = 0; channel < channels; channel++)
                    output[at++] = row[(x * channels) + channel];
            }
        }
    }

    // Pillow adds up the step instead of multiplying (Geometry.c, ImagingScaleAffine): the rounding differs at exact halves.
    private static int[] Centres(int inputSize, int outputSize)
    {
        var step = (double)inputSize / outputSize;
        var centres = new int[outputSize];
        var position = step * 0.5;
        for (var i = 0; i < outputSize; i++, position += step)
            centres[i] = Math.Min((int)position, inputSize - 1);
        return centres;
    }

    // Columns first, then rows, each rounded to 8 bits, and an axis that keeps its size is left alone: the order is part of the result.
    private static void Convolve(PixelImage image, int width, int height, Interpolation interpolation, Span<byte> output)
    {
        var stride = width * image.Channels;
        if (height == image.Height)
        {
            ConvolveRows(image.Pixels, image.Width, height, width, image.Channels, interpolation, output);
            return;
        }
        var vertical = ResampleFilter.Of(interpolation, image.Height, height);
        if (width == image.Width)
        {
            ConvolveColumns(image.Pixels, stride, vertical, output);
            return;
        }
        var rented = ArrayPool<byte>.Shared.Rent(stride * image.Height);
        try
        {
            var narrowed = rented.AsSpan(0, stride * image.Height);
            ConvolveRows(image.Pixels, image.Width, image.Height, width, image.Channels, interpolation, narrowed);
            ConvolveColumns(narrowed, stride, vertical, output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void ConvolveRows(
        ReadOnlySpan<byte> input, int inputWidth, int rows, int width, int channels, Interpolation interpolation, Span<byte> output)
    {
        var filter = ResampleFilter.Of(interpolation, inputWidth, width);
        for (var y = 0; y < rows; y++)
        {
            var source = input.Slice(y * inputWidth * channels, inputWidth * channels);
            var target = output.Slice(y * width * channels, width * channels);
            for (var x = 0; x < width; x++)
            {
                var weights = filter.Weights.AsSpan(x * filter.Taps, filter.Counts[x]);
                var from = source[(filter.Starts[x] * channels)..];
                if (channels == 1) target[x] = WeighGrey(from, weights);
                else WeighColour(from, weights, target.Slice(x * 3, 3));
            }
        }
    }

    private static byte WeighGrey(ReadOnlySpan<byte> from, ReadOnlySpan<int> weights)
    {
        var four = Vector128<int>.Zero;
        var tap = 0;
        for (; tap <= weights.Length - 4; tap += 4) four += FourSamples(from[tap..]) * Vector128.Create(weights[tap..]);
        var sum = Half + Vector128.Sum(four);
        for (; tap < weights.Length; tap++) sum += from[tap] * weights[tap];
        return ToByte(sum);
    }

    private static void WeighColour(ReadOnlySpan<byte> from, ReadOnlySpan<int> weights, Span<byte> to)
    {
        // Red, green, blue and the next pixel's red, which is dropped; the very last pixel of an image has no next.
        var sum = Vector128.Create(Half);
        var taps = Math.Min(weights.Length, (from.Length - 1) / 3);
        for (var tap = 0; tap < taps; tap++) sum += FourSamples(from[(tap * 3)..]) * weights[tap];
        if (taps < weights.Length)
            sum += Vector128.Create(from[taps * 3], from[(taps * 3) + 1], from[(taps * 3) + 2], 0) * weights[taps];
        var bytes = ToBytes(sum);
        (to[0], to[1], to[2]) = ((byte)bytes[0], (byte)bytes[1], (byte)bytes[2]);
    }

    private static Vector128<int> FourSamples(ReadOnlySpan<byte> from) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(BinaryPrimitives.ReadUInt32LittleEndian(from)).AsByte())).AsInt32();

    private static void ConvolveColumns(ReadOnlySpan<byte> input, int stride, ResampleFilter filter, Span<byte> output)
    {
        for (var y = 0; y < filter.Starts.Length; y++)
        {
            var weights = filter.Weights.AsSpan(y * filter.Taps, filter.Counts[y]);
            var from = input.Slice(filter.Starts[y] * stride, weights.Length * stride);
            var to = output.Slice(y * stride, stride);
            var x = 0;
            for (; x <= stride - 16; x += 16)
            {
                var (a, b, c, d) = (Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half));
                for (var tap = 0; tap < weights.Length; tap++)
                {
                    var samples = Vector128.Create(from[((tap * stride) + x)..]);
                    var (low, high, weight) = (Vector128.WidenLower(samples), Vector128.WidenUpper(samples), weights[tap]);
                    a += Vector128.WidenLower(low).AsInt32() * weight;
                    b += Vector128.WidenUpper(low).AsInt32() * weight;
                    c += Vector128.WidenLower(high).AsInt32() * weight;
                    d += Vector128.WidenUpper(high).AsInt32() * weight;
                }
                Vector128.Narrow(Vector128.Narrow(ToBytes(a), ToBytes(b)).AsUInt16(), Vector128.Narrow(ToBytes(c), ToBytes(d)).AsUInt16()).CopyTo(to[x..]);
            }
            for (; x < stride; x++)
            {
                var sum = Half;
                for (var tap = 0; tap < weights.Length; tap++) sum += from[(tap * stride) + x] * weights[tap];
                to[x] = ToByte(sum);
            }
        }
    }

    private const int Half = 1 << (ResampleFilter.PrecisionBits - 1);

    private static Vector128<int> ToBytes(Vector128<int> sums) => Vector128.Clamp(sums >> ResampleFilter.PrecisionBits, Vector128<int>.Zero, Vector128.Create(255));

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> ResampleFilter.PrecisionBits, 0, 255);
}
