using MalariaLab.Core.Datasets;

namespace MalariaLab.Data.Entities;

/// <summary>One image of a version. Rows are read in <see cref="Ordinal"/> order, the manifest order of every blob of scores and assignments.</summary>
public sealed class DatasetImage
{
    /// <summary>The version.</summary>
    public long VersionId { get; set; }

    /// <summary>Position in the manifest, from 0.</summary>
    public int Ordinal { get; set; }

    /// <summary>Path inside the source, with forward slashes.</summary>
    public required string Path { get; set; }

    /// <summary>SHA-256 of the original file, 64 hex digits.</summary>
    public required string Sha256 { get; set; }

    /// <summary>Class index.</summary>
    public int Label { get; set; }

    /// <summary>Group (patient) key, or null.</summary>
    public string? Group { get; set; }

    /// <summary>Part named by the source folders, or null.</summary>
    public SplitPart? GivenPart { get; set; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; set; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; set; }

    /// <summary>Channels of the file: 1, 3 or 4.</summary>
    public int Channels { get; set; }

    /// <summary>Bytes of the original file.</summary>
    public int Bytes { get; set; }

    /// <summary>File format: png, jpeg, tiff, webp.</summary>
    public string Format { get; set; } = "";

    /// <summary>Mean of red, 0 to 255.</summary>
    public float MeanR { get; set; }

    /// <summary>Mean of green, 0 to 255.</summary>
    public float MeanG { get; set; }

    /// <summary>Mean of blue, 0 to 255.</summary>
    public float MeanB { get; set; }

    /// <summary>Standard deviation of red.</summary>
    public float StdR { get; set; }

    /// <summary>Standard deviation of green.</summary>
    public float StdG { get; set; }

    /// <summary>Standard deviation of blue.</summary>
    public float StdB { get; set; }

    /// <summary>Share of nearly black pixels, 0 to 1 (the mask around a segmented cell).</summary>
    public float BackgroundShare { get; set; }

    /// <summary>64-bit perceptual hash, its bits as a signed number.</summary>
    public long PerceptualHash { get; set; }

    /// <summary>Something to look at (quality flag), or null.</summary>
    public string? Note { get; set; }
}
