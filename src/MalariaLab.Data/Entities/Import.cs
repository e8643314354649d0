namespace MalariaLab.Data.Entities;

/// <summary>Where an import reads from.</summary>
public enum ImportSource { Upload, Inbox, Download, Sample, Derived }

/// <summary>The request behind an import task; progress and state are the task's.</summary>
public sealed class Import
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The version that the import fills.</summary>
    public long VersionId { get; set; }

    /// <summary>The task that executes it; null while the upload still runs.</summary>
    public long? TaskId { get; set; }

    /// <summary>Kind of source.</summary>
    public ImportSource Source { get; set; }

    /// <summary>Name as the person gave it; only shown, never opened.</summary>
    public required string OriginalName { get; set; }

    /// <summary>Server-made name below uploads/, or the checked name below the inbox; null for the sample.</summary>
    public string? StoredName { get; set; }

    /// <summary>Bytes of the source; 0 while unknown.</summary>
    public long Bytes { get; set; }

    /// <summary>Bytes received so far, while the upload or download runs.</summary>
    public long ReceivedBytes { get; set; }

    /// <summary>Options as JSON (group map, limits, positive class, seed of the sample).</summary>
    public string OptionsJson { get; set; } = "{}";

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who asked.</summary>
    public long? CreatedById { get; set; }
}
