using MalariaLab.Core.Datasets;

namespace MalariaLab.Data.Datasets;

/// <summary>Why an image deserves a look.</summary>
public enum ImageQuality
{
    /// <summary>The import noted something.</summary>
    Note,

    /// <summary>Another image shows the same picture; known once near-duplicates were looked for.</summary>
    Duplicate,

    /// <summary>Its shorter side has fewer than <see cref="GalleryFilter.TinySide"/> pixels.</summary>
    Tiny,

    /// <summary>Blank or nearly so: no channel deviates by <see cref="GalleryFilter.PlainDeviation"/>.</summary>
    Plain,
}

/// <summary>Which images of a version. Nulls do not restrict.</summary>
public sealed record GalleryFilter
{
    /// <summary>Images with a shorter side below this are tiny.</summary>
    public const int TinySide = 32;

    /// <summary>Images whose channels all deviate less than this, of 255, are plain.</summary>
    public const float PlainDeviation = 8;

    /// <summary>Class index.</summary>
    public int? Label { get; init; }

    /// <summary>Group (patient) key.</summary>
    public string? Group { get; init; }

    /// <summary>Words in the path.</summary>
    public string? Text { get; init; }

    /// <summary>Only images with this flag.</summary>
    public ImageQuality? Quality { get; init; }

    /// <summary>Least pixels of the longer side.</summary>
    public int? MinSide { get; init; }

    /// <summary>Most pixels of the longer side.</summary>
    public int? MaxSide { get; init; }

    /// <summary>With <see cref="Part"/>: the split.</summary>
    public long? SplitId { get; init; }

    /// <summary>Part of the split.</summary>
    public SplitPart? Part { get; init; }

    /// <summary>Only images that this run has scored.</summary>
    public long? RunId { get; init; }

    /// <summary>With <see cref="RunId"/>: whether the run was right.</summary>
    public bool? Right { get; init; }

    /// <summary>With <see cref="RunId"/>: the class that the run predicted.</summary>
    public int? Predicted { get; init; }

    /// <summary>Images before the page.</summary>
    public int Skip { get; init; }

    /// <summary>Images of the page, at most 500.</summary>
    public int Take { get; init; } = 60;
}
