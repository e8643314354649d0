namespace MalariaLab.Imaging;

/// <summary>Why a file was refused.</summary>
public enum ImageFault
{
    /// <summary>No bytes at all.</summary>
    Empty = 1,

    /// <summary>The contents belong to no image format.</summary>
    NotAnImage,

    /// <summary>An image, but of a format, sample type or colour space that is not read here.</summary>
    Unsupported,

    /// <summary>More bytes or pixels than allowed.</summary>
    OverLimit,

    /// <summary>The file ends before the image is complete.</summary>
    Truncated,

    /// <summary>The contents contradict the format.</summary>
    Corrupt,

    /// <summary>The decoder itself failed, for want of memory for instance; the file may be fine.</summary>
    DecoderFailed,
}

/// <summary>An image that cannot be used; the message is a sentence for people that begins "This file cannot be used".</summary>
public sealed class ImageException(ImageFault fault, string message) : Exception(message)
{
    /// <summary>The kind of reason, for counting and filtering.</summary>
    public ImageFault Fault { get; } = fault;
}
