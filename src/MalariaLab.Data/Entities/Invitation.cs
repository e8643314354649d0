namespace MalariaLab.Data.Entities;

/// <summary>An invitation to the lab by secret link; only its hash is stored.</summary>
public sealed class Invitation
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>SHA-256 of the token, 64 hex digits.</summary>
    public required string TokenHash { get; set; }

    /// <summary>Role that the invited person gets.</summary>
    public required string Role { get; set; }

    /// <summary>For whom, in words.</summary>
    public string Note { get; set; } = "";

    /// <summary>Who invited.</summary>
    public long? CreatedById { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>End of validity.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>The account that was made with it.</summary>
    public long? UsedById { get; set; }

    /// <summary>When it was revoked.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
