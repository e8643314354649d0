using MalariaLab.Core.Experiments;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Store;
using MalariaLab.Imaging;
using MalariaLab.Imaging.Augmentation;

namespace MalariaLab.Web.Features.Experiments;

/// <summary>A real image as the network would get it, plain and after random changes, each as a data URL.</summary>
/// <param name="Ordinal">Place of the image in the manifest.</param>
/// <param name="Path">Its path.</param>
/// <param name="Original">Resized, unchanged.</param>
/// <param name="Draws">The changed ones.</param>
public sealed record AugmentedViews(int Ordinal, string Path, string Original, IReadOnlyList<string> Draws);

/// <summary>Shows what augmentation does, by the code that training uses.</summary>
public sealed class AugmentationPreviewer(DatasetQueries queries, ContentStore store)
{
    /// <summary>Draws shown beside the original.</summary>
    public const int DrawCount = 6;

    // Larger pictures tell no more and make the answer slow.
    private const int ShownSide = 224;

    /// <summary>Views of the image at a place of the manifest with the size, changes and seed of a spec; null where the version has no such image.</summary>
    /// <exception cref="ImageException">The image cannot be decoded.</exception>
    public async Task<AugmentedViews?> ViewsAsync(long versionId, int ordinal, ExperimentSpec spec, CancellationToken cancellationToken = default)
    {
        if (await queries.ImageAsync(versionId, ordinal, cancellationToken) is not { } image) return null;
        var (size, channels) = (spec.Architecture.Size, spec.Architecture.Channels);
        var pixels = Resampler.Resize(ImageCodec.Decode(await store.ReadAsync(image.Sha256, cancellationToken), channels), size, size, spec.Preprocessing.Interpolation);
        var augmenter = new ImageAugmenter(size, size, channels);
        var draws = new string[DrawCount];
        for (var i = 0; i < DrawCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = new byte[pixels.Pixels.Length];
            augmenter.Render(pixels.Pixels, ImageTransform.Draw(spec.Augmentation, size, size, spec.Training.Seed, epoch: i + 1, ordinal), changed);
            draws[i] = Url(new PixelImage(size, size, channels, changed));
        }
        return new AugmentedViews(ordinal, image.Path, Url(pixels), draws);
    }

    private static string Url(PixelImage image)
    {
        if (image.Width > ShownSide) image = Resampler.Resize(image, ShownSide, ShownSide, Interpolation.Bilinear);
        return "data:image/webp;base64," + Convert.ToBase64String(ImageCodec.Encode(image, ImageFormat.WebP, quality: 90));
    }
}
