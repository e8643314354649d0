using MalariaLab.Imaging;

namespace MalariaLab.Training.Data;

/// <summary>Decoded images without labels, brought to one size for scoring.</summary>
internal sealed class ImageList : ITrainingData
{
    private readonly byte[][] _images;

    public ImageList(IReadOnlyList<PixelImage> images, ArchitectureSpec architecture, Interpolation interpolation, IReadOnlyList<string> classNames)
    {
        (Size, Channels, ClassNames) = (architecture.Size, architecture.Channels, classNames);
        _images = [.. images.Select(image => image.Channels == Channels
            ? Resampler.Resize(image, Size, Size, interpolation).Pixels
            : throw new ArgumentException($"The network takes {Channels} channels, but an image was decoded to {image.Channels}.", nameof(images)))];
    }

    public IReadOnlyList<string> ClassNames { get; }

    public int Size { get; }

    public int Channels { get; }

    public ReadOnlySpan<byte> Image(int index) => _images[index];

    public int Label(int index) => 0;

    public IReadOnlyList<int> Indices(SplitPart part) => part == SplitPart.Test ? [.. Enumerable.Range(0, _images.Length)] : [];
}
