using MalariaLab.Imaging.Cache;

namespace MalariaLab.Training.Data;

/// <summary>Training data from a pixel cache, with labels and parts in manifest order.</summary>
public sealed class PixelCacheData : ITrainingData
{
    private readonly PixelCache _cache;
    private readonly IReadOnlyList<int> _labels;
    private readonly int[][] _parts;

    /// <summary>Brings a cache, its labels and a split together; the cache stays the caller's.</summary>
    /// <param name="cache">Square images.</param>
    /// <param name="classNames">In label order.</param>
    /// <param name="labels">One an image.</param>
    /// <param name="parts">One an image.</param>
    public PixelCacheData(PixelCache cache, IReadOnlyList<string> classNames, IReadOnlyList<int> labels, IReadOnlyList<SplitPart> parts)
    {
        if (cache.Key.Width != cache.Key.Height)
            throw new ArgumentException($"Networks take square images, not {cache.Key.Width} × {cache.Key.Height}.", nameof(cache));
        if (labels.Count != cache.Count || parts.Count != cache.Count)
            throw new ArgumentException($"The cache has {cache.Count} images, but there are {labels.Count} labels and {parts.Count} parts.", nameof(labels));
        (_cache, ClassNames, _labels) = (cache, classNames, labels);
        _parts = [.. Enum.GetValues<SplitPart>().Select(part => Enumerable.Range(0, parts.Count).Where(i => parts[i] == part).ToArray())];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public int Size => _cache.Key.Width;

    /// <inheritdoc/>
    public int Channels => _cache.Key.Channels;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Image(int index) => _cache.Image(index);

    /// <inheritdoc/>
    public int Label(int index) => _labels[index];

    /// <inheritdoc/>
    public IReadOnlyList<int> Indices(SplitPart part) => _parts[(int)part];
}
