using System.Globalization;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging.Cache;

/// <summary>What a pixel cache holds; equal keys are served by one file.</summary>
public sealed record PixelCacheKey
{
    /// <summary>Makes a key.</summary>
    /// <param name="datasetVersion">Hash or id of the dataset version: letters, digits and hyphens. It becomes part of a file name.</param>
    /// <param name="width">Width of every cached image.</param>
    /// <param name="height">Height of every cached image.</param>
    /// <param name="channels">1 (grey) or 3 (RGB).</param>
    /// <param name="interpolation">How images come to that size.</param>
    public PixelCacheKey(string datasetVersion, int width, int height, int channels, Interpolation interpolation)
    {
        if (datasetVersion.Length is 0 or > 128 || !datasetVersion.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new ArgumentException("A dataset version is named by letters, digits and hyphens.", nameof(datasetVersion));
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "A cache has 1 (grey) or 3 (RGB) channels.");
        (DatasetVersion, Width, Height, Channels, Interpolation) = (datasetVersion, width, height, channels, interpolation);
    }

    /// <summary>Hash or id of the dataset version.</summary>
    public string DatasetVersion { get; }

    /// <summary>Width of every cached image.</summary>
    public int Width { get; }

    /// <summary>Height of every cached image.</summary>
    public int Height { get; }

    /// <summary>1 (grey) or 3 (RGB).</summary>
    public int Channels { get; }

    /// <summary>How images come to that size.</summary>
    public Interpolation Interpolation { get; }

    /// <summary>Bytes an image: height × width × channels.</summary>
    public int ImageBytes => checked(Width * Height * Channels);

    internal string FileName => string.Create(
        CultureInfo.InvariantCulture, $"{DatasetVersion}_{Width}x{Height}x{Channels}-{Interpolation.ToString().ToLowerInvariant()}.pixels");
}
