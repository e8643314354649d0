using System.Buffers;
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
        var vertical = new ResampleFilter(interpolation, image.Height, height);
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
        var filter = new ResampleFilter(interpolation, inputWidth, width);
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
        var sum = Half;
        for (var tap = 0; tap < weights.Length; tap++) sum += from[tap] * weights[tap];
        return ToByte(sum);
    }

    private static void WeighColour(ReadOnlySpan<byte> from, ReadOnlySpan<int> weights, Span<byte> to)
    {
        int red = Half, green = Half, blue = Half;
        var at = 0;
        foreach (var weight in weights)
        {
            red += from[at] * weight;
            green += from[at + 1] * weight;
            blue += from[at + 2] * weight;
            at += 3;
        }
        (to[0], to[1], to[2]) = (ToByte(red), ToByte(green), ToByte(blue));
    }

    private static void ConvolveColumns(ReadOnlySpan<byte> input, int stride, ResampleFilter filter, Span<byte> output)
    {
        var sums = ArrayPool<int>.Shared.Rent(stride);
        try
        {
            for (var y = 0; y < filter.Starts.Length; y++)
            {
                var sum = sums.AsSpan(0, stride);
                sum.Fill(Half);
                for (var tap = 0; tap < filter.Counts[y]; tap++)
                {
                    var weight = filter.Weights[(y * filter.Taps) + tap];
                    var row = input.Slice((filter.Starts[y] + tap) * stride, stride);
                    for (var x = 0; x < row.Length; x++) sum[x] += row[x] * weight;
                }
                var target = output.Slice(y * stride, stride);
                for (var x = 0; x < target.Length; x++) target[x] = ToByte(sum[x]);
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(sums);
        }
    }

    private const int Half = 1 << (ResampleFilter.PrecisionBits - 1);

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> ResampleFilter.PrecisionBits, 0, 255);
}
