using System.Globalization;
using System.Security.Cryptography;

namespace MalariaLab.Imaging;

/// <summary>Opens a file as an import must: hash, full decode, measures. Safe to call from many threads at once; one call uses one core.</summary>
public static class ImageValidator
{
    /// <summary>Checks a file that is in memory. Never throws for what the file contains.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="fileName">Its name, only compared with the content's format.</param>
    /// <param name="limits">Limits; the default ones where null.</param>
    public static ImageCheck Check(ReadOnlySpan<byte> file, string fileName, ImageLimits? limits = null)
    {
        try
        {
            var (header, image) = ImageCodec.DecodeWithHeader(file, channels: 0, limits);
            var measures = PixelMeasures.Of(image);
            var facts = new ImageFacts
            {
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
                Bytes = file.Length,
                Header = header,
                ChannelMeans = measures.Means,
                ChannelDeviations = measures.Deviations,
                BackgroundShare = measures.BackgroundShare,
                PerceptualHash = PerceptualHash.Of(image),
                Notes = [.. Notes(header, fileName)],
            };
            return new ImageCheck(facts, null, null);
        }
        catch (ImageException refused)
        {
            return new ImageCheck(null, refused.Fault, refused.Message);
        }
    }

    /// <summary>Checks a file as it is read; stops reading at the byte limit, whatever length the stream claims.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="fileName">Its name.</param>
    /// <param name="limits">Limits; the default ones where null.</param>
    /// <param name="ct">Cancels the reading.</param>
    public static async Task<ImageCheck> CheckAsync(Stream stream, string fileName, ImageLimits? limits = null, CancellationToken ct = default)
    {
        limits ??= ImageLimits.Default;
        using var content = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > limits.MaxBytes)
            {
                return new ImageCheck(null, ImageFault.OverLimit, string.Create(
                    CultureInfo.InvariantCulture, $"This file cannot be used: it has more than the allowed {limits.MaxBytes} bytes."));
            }
        }
        return Check(content.GetBuffer().AsSpan(0, (int)content.Length), fileName, limits);
    }

    private static IEnumerable<string> Notes(ImageHeader header, string fileName)
    {
        var extension = Path.GetExtension(fileName).ToLowerInvariant();
        if (extension.Length > 1 && !Extensions(header.Format).Contains(extension))
            yield return $"The name ends in {extension}, but the content is {header.Format.ToString().ToUpperInvariant()}; the content counts.";
        if (header.Orientation > 1)
            yield return "The camera's orientation mark is ignored: the image is used as stored.";
        if (header.Pages > 1)
            yield return string.Create(CultureInfo.InvariantCulture, $"Only the first of {header.Pages} pages is used.");
    }

    private static string[] Extensions(ImageFormat format) => format switch
    {
        ImageFormat.Png => [".png"],
        ImageFormat.Jpeg => [".jpg", ".jpeg", ".jpe", ".jfif"],
        ImageFormat.Tiff => [".tif", ".tiff"],
        ImageFormat.WebP => [".webp"],
        _ => [".gif"],
    };
}
