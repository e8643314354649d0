using Microsoft.AspNetCore.Identity;

namespace MalariaLab.Data.Entities;

/// <summary>A person of the lab; sign-in data comes from ASP.NET Core Identity.</summary>
public sealed class LabUser : IdentityUser<long>
{
    /// <summary>Name shown beside runs and notes.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Last request, to the minute.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>Preferences of the pages (theme, language, columns) as JSON.</summary>
    public string? PreferencesJson { get; set; }

    /// <summary>True while an administrator has closed the account; wrong passwords lock it for minutes only.</summary>
    public bool IsClosed => LockoutEnd == DateTimeOffset.MaxValue;
}
