namespace MalariaLab.Data.Entities;

/// <summary>A bearer token of a person; only its hash is stored.</summary>
public sealed class ApiToken
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>Owner.</summary>
    public long UserId { get; set; }

    /// <summary>Name given by the owner.</summary>
    public required string Name { get; set; }

    /// <summary>SHA-256 of the token, 64 hex digits.</summary>
    public required string TokenHash { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Last use, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>End of validity; null for none.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it was revoked.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
