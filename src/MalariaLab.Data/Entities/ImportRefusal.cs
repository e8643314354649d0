namespace MalariaLab.Data.Entities;

/// <summary>A file of the source that was not taken, and why.</summary>
public sealed class ImportRefusal
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The version that was being made.</summary>
    public long VersionId { get; set; }

    /// <summary>Path inside the source.</summary>
    public required string Path { get; set; }

    /// <summary>Kind for filtering: corrupt, empty, notAnImage, unsupported, overLimit, duplicate, noClass, …</summary>
    public required string Kind { get; set; }

    /// <summary>The reason as a sentence.</summary>
    public required string Reason { get; set; }
}
