namespace MalariaLab.Data.Entities;

/// <summary>Where the content with a hash lies: a range of a pack file.</summary>
public sealed class Blob
{
    /// <summary>SHA-256 of the content, 64 hex digits.</summary>
    public required string Sha256 { get; set; }

    /// <summary>The pack.</summary>
    public long PackId { get; set; }

    /// <summary>First byte.</summary>
    public long Offset { get; set; }

    /// <summary>Bytes.</summary>
    public int Length { get; set; }
}
