namespace MalariaLab.Imaging;

/// <summary>What was measured of one usable image file, in one decoding.</summary>
public sealed record ImageFacts
{
    /// <summary>SHA-256 of the file, 64 lower-case hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Format, size and channels as stored.</summary>
    public required ImageHeader Header { get; init; }

    /// <summary>Mean of each channel, 0 to 255: red, green, blue; three equal values where the image is grey.</summary>
    public required IReadOnlyList<double> ChannelMeans { get; init; }

    /// <summary>Standard deviation (n in the denominator) of each channel, in the order of the means.</summary>
    public required IReadOnlyList<double> ChannelDeviations { get; init; }

    /// <summary>Share of pixels, 0 to 1, with every channel at most <see cref="PixelMeasures.BackgroundCeiling"/>: the black around a cut-out cell.</summary>
    public required double BackgroundShare { get; init; }

    /// <summary>64-bit perceptual hash (<see cref="MalariaLab.Imaging.PerceptualHash"/>); a small Hamming distance means a near-duplicate.</summary>
    public required ulong PerceptualHash { get; init; }

    /// <summary>Sentences about what is odd but harmless: a misleading file name, an ignored orientation, further pages.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
