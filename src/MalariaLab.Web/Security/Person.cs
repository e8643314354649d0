using System.Globalization;
using System.Security.Claims;
using MalariaLab.Data;

namespace MalariaLab.Web.Security;

/// <summary>What the lab asks of the one who is signed in.</summary>
public static class Person
{
    /// <summary>Claim with the name that is shown.</summary>
    public const string NameClaim = "lab:name";

    /// <summary>Row id of the account; null for the command line on the lab's own machine.</summary>
    public static long? UserId(this ClaimsPrincipal user) =>
        long.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>Name shown beside what the person did.</summary>
    public static string DisplayName(this ClaimsPrincipal user) => user.FindFirstValue(NameClaim) ?? user.Identity?.Name ?? "";

    /// <summary>The person as the event lists name them.</summary>
    public static Actor Actor(this ClaimsPrincipal user) => new(user.UserId(), user.DisplayName());

    /// <summary>True for members and administrators.</summary>
    public static bool MayChange(this ClaimsPrincipal user) => user.IsInRole(LabRoles.Member) || user.IsInRole(LabRoles.Admin);
}
