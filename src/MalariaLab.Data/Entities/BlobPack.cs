namespace MalariaLab.Data.Entities;

/// <summary>A file of the content store that holds many contents end to end.</summary>
public sealed class BlobPack
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>Server-made file name below store/.</summary>
    public required string FileName { get; set; }

    /// <summary>Bytes of the file.</summary>
    public long Bytes { get; set; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
