namespace MalariaLab.Data.Entities;

/// <summary>What a link shows.</summary>
public enum ShareKind { Run, Comparison }

/// <summary>A secret read-only link; only the token's hash is stored.</summary>
public sealed class ShareLink
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>SHA-256 of the token, 64 hex digits.</summary>
    public required string TokenHash { get; set; }

    /// <summary>Kind.</summary>
    public ShareKind Kind { get; set; }

    /// <summary>Row ids of the shown runs.</summary>
    public List<long> RunIds { get; set; } = [];

    /// <summary>State of the page (chosen tabs, smoothing, …) as JSON.</summary>
    public string? StateJson { get; set; }

    /// <summary>Title in the list of links.</summary>
    public string Title { get; set; } = "";

    /// <summary>File names and patient keys are shown.</summary>
    public bool ShowNames { get; set; }

    /// <summary>Chat previews may quote the result.</summary>
    public bool AllowPreview { get; set; }

    /// <summary>Who made it.</summary>
    public long? CreatedById { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>End of validity; null for none.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it was revoked.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Times it was opened.</summary>
    public int Views { get; set; }

    /// <summary>Last time it was opened.</summary>
    public DateTimeOffset? LastViewedAt { get; set; }
}
