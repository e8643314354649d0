namespace MalariaLab.Imaging;

/// <summary>Formats that are read, told by content and never by file name. The values are those of the image shim.</summary>
public enum ImageFormat
{
    /// <summary>PNG.</summary>
    Png,

    /// <summary>JPEG, baseline or progressive.</summary>
    Jpeg,

    /// <summary>TIFF; the first page.</summary>
    Tiff,

    /// <summary>WebP; the first frame.</summary>
    WebP,

    /// <summary>GIF; the first frame.</summary>
    Gif,
}
