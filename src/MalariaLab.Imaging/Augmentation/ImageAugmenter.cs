namespace MalariaLab.Imaging.Augmentation;

/// <summary>
/// The one implementation of augmentation and scaling, for training and for the preview. Holds buffers: one augmenter a thread.
/// </summary>
/// <param name="height">Height of every image in pixels.</param>
/// <param name="width">Width in pixels.</param>
/// <param name="channels">1 or 3.</param>
public sealed class ImageAugmenter(int height, int width, int channels)
{
    private readonly Planes _planes = new(height, width, channels);
    private readonly byte[] _source = new byte[height * width * channels + Warp.Padding];

    /// <summary>Network input of one image: [row][column][channel], scaled.</summary>
    /// <param name="image">Pixels [row][column][channel].</param>
    /// <param name="transform">What is done to it.</param>
    /// <param name="scaler">Value scaling.</param>
    /// <param name="output">height · width · channels values.</param>
    public void Apply(ReadOnlySpan<byte> image, in ImageTransform transform, PixelScaler scaler, Span<float> output)
    {
        if (transform == ImageTransform.Identity)
        {
            ScaleBytes(image, scaler, output);
            return;
        }
        Transform(image, transform);
        for (var k = 0; k < channels; k++)
        {
            var plane = _planes.Data[scaler.Source(k)];
            var (factor, offset) = (scaler.Factors[k], scaler.Offsets[k]);
            for (var r = 0; r < height; r++)
            {
                var row = plane.AsSpan(r * _planes.RowStride, width);
                var target = output.Slice(r * width * channels, width * channels);
                for (int c = 0, at = k; c < row.Length; c++, at += channels)
                    target[at] = row[c] * factor + offset;
            }
        }
    }

    /// <summary>The transformed image as bytes, for looking at: [row][column][channel].</summary>
    public void Render(ReadOnlySpan<byte> image, in ImageTransform transform, Span<byte> output)
    {
        Transform(image, transform);
        for (var k = 0; k < channels; k++)
            for (var r = 0; r < height; r++)
                for (var c = 0; c < width; c++)
                    output[(r * width + c) * channels + k] = (byte)Math.Clamp(_planes.Data[k][r * _planes.RowStride + c] + 0.5f, 0f, 255f);
    }

    private void Transform(ReadOnlySpan<byte> image, in ImageTransform transform)
    {
        if (image.Length != height * width * channels)
            throw new ArgumentException($"An image of {height}×{width}×{channels} has {height * width * channels} bytes, not {image.Length}.", nameof(image));
        if ((transform.QuarterTurns & 1) != 0 && height != width)
            throw new ArgumentException($"Quarter turns need a square image, not {height}×{width}.", nameof(transform));
        image.CopyTo(_source);
        var turns = AffineMap.Turns(transform, height, width);
        if (transform.HasAffine)
            Warp.Bilinear(_source, _planes, AffineMap.Affine(transform, height, width).After(turns));
        else
            Warp.Permute(_source, _planes, turns);
        if (transform.HasColour)
            Colour(transform);
    }

    private void Colour(in ImageTransform transform)
    {
        if (transform.Brightness is { } brightness)
            _planes.Brighten((float)brightness);
        if (transform.Contrast != 1)
            _planes.Contrast((float)transform.Contrast);
        if (transform.Saturation != 1 || transform.Hue != 0)
            _planes.Recolour(transform.Saturation, transform.Hue);
        if (transform.BlurSigma >= Planes.SmallestBlur)
            _planes.Blur(transform.BlurSigma);
        if (transform.CutOutSide > 0)
            _planes.CutOut(transform.CutOutRow, transform.CutOutColumn, transform.CutOutSide);
    }

    private static void ScaleBytes(ReadOnlySpan<byte> image, PixelScaler scaler, Span<float> output)
    {
        var channels = scaler.Factors.Length;
        if (channels == 1)
        {
            var (factor, offset) = (scaler.Factors[0], scaler.Offsets[0]);
            for (var i = 0; i < image.Length; i++)
                output[i] = image[i] * factor + offset;
            return;
        }
        var (f0, f1, f2) = (scaler.Factors[0], scaler.Factors[1], scaler.Factors[2]);
        var (o0, o1, o2) = (scaler.Offsets[0], scaler.Offsets[1], scaler.Offsets[2]);
        var (first, last) = (scaler.Source(0), scaler.Source(2));
        for (var i = 0; i + 2 < image.Length; i += 3)
        {
            output[i] = image[i + first] * f0 + o0;
            output[i + 1] = image[i + 1] * f1 + o1;
            output[i + 2] = image[i + last] * f2 + o2;
        }
    }
}
