using MalariaLab.Imaging.Native;

namespace MalariaLab.Imaging;

/// <summary>
/// Reads and writes image files through libvips. Every method may be called from many threads at once; one call uses one core.
/// Decoding agrees with Pillow's <c>convert("RGB")</c> and <c>convert("L")</c>, which Keras uses: alpha is dropped, 16-bit samples keep their
/// high byte, colour profiles and EXIF orientation are not applied.
/// </summary>
public static unsafe class ImageCodec
{
    /// <summary>libvips' version.</summary>
    public static string Version => NativeMethods.Version();

    /// <summary>Reads the header only.</summary>
    /// <exception cref="ImageException">The file is refused.</exception>
    public static ImageHeader ReadHeader(ReadOnlySpan<byte> file, ImageLimits? limits = null)
    {
        fixed (byte* data = file)
        {
            Check(NativeMethods.Probe(data, (nuint)file.Length, ToNative(limits), out var header));
            return FromNative(header);
        }
    }

    /// <summary>Decodes the first page.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="channels">1 grey, 3 RGB, 0 what the file has (grey where it is grey, else RGB).</param>
    /// <param name="limits">Limits; the default ones where null.</param>
    /// <exception cref="ImageException">The file is refused.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file, int channels = 3, ImageLimits? limits = null) =>
        DecodeWithHeader(file, channels, limits).Image;

    /// <summary>Decodes the first page and gives the header too.</summary>
    /// <inheritdoc cref="Decode"/>
    public static (ImageHeader Header, PixelImage Image) DecodeWithHeader(ReadOnlySpan<byte> file, int channels = 3, ImageLimits? limits = null)
    {
        fixed (byte* data = file)
        {
            var status = NativeMethods.Decode(
                data, (nuint)file.Length, ToNative(limits), channels, out var header, out var outChannels, out var output, out var length);
            using (output)
            {
                Check(status);
                return (FromNative(header), new PixelImage(header.Width, header.Height, outChannels, output.ToArray(length)));
            }
        }
    }

    /// <summary>Encodes as PNG, JPEG or WebP, without metadata.</summary>
    /// <param name="image">The image.</param>
    /// <param name="format"><see cref="ImageFormat.Png"/>, <see cref="ImageFormat.Jpeg"/> or <see cref="ImageFormat.WebP"/>.</param>
    /// <param name="quality">1 to 100 for JPEG and WebP; WebP at 100 is lossless; PNG always is.</param>
    public static byte[] Encode(PixelImage image, ImageFormat format, int quality = 85)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        if (format is not (ImageFormat.Png or ImageFormat.Jpeg or ImageFormat.WebP))
            throw new ArgumentOutOfRangeException(nameof(format), format, "Images are written as PNG, JPEG or WebP.");
        fixed (byte* pixels = image.Pixels)
        {
            var status = NativeMethods.Encode(
                pixels, image.Width, image.Height, image.Channels, (int)format, quality, out var output, out var length);
            using (output)
            {
                Check(status);
                return output.ToArray(length);
            }
        }
    }

    /// <summary>A small copy for galleries: the longer side becomes <paramref name="side"/> pixels, never more than it was.</summary>
    /// <exception cref="ImageException">The file is refused.</exception>
    public static byte[] Thumbnail(ReadOnlySpan<byte> file, int side, ImageFormat format = ImageFormat.WebP, ImageLimits? limits = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        var image = Decode(file, channels: 0, limits);
        var longer = Math.Max(image.Width, image.Height);
        if (longer > side)
        {
            image = Resampler.Resize(
                image,
                Math.Max(1, (int)Math.Round((double)image.Width * side / longer)),
                Math.Max(1, (int)Math.Round((double)image.Height * side / longer)),
                Core.Experiments.Interpolation.Lanczos);
        }
        return Encode(image, format);
    }

    private static void Check(int status)
    {
        if (status != 0)
            throw new ImageException((ImageFault)status, $"This file cannot be used: {NativeMethods.LastError()}.");
    }

    private static NativeLimits ToNative(ImageLimits? limits)
    {
        limits ??= ImageLimits.Default;
        return new() { MaxBytes = limits.MaxBytes, MaxPixels = limits.MaxPixels };
    }

    private static ImageHeader FromNative(NativeHeader header) => new(
        (ImageFormat)header.Format, header.Width, header.Height, header.Channels, header.BitDepth, header.Orientation, header.Pages);
}
