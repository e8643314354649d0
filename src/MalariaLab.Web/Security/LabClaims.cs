using System.Security.Claims;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Security;

/// <summary>Puts the shown name into the cookie, so that no page has to ask the database for it.</summary>
public sealed class LabClaims(UserManager<LabUser> users, RoleManager<IdentityRole<long>> roles, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<LabUser, IdentityRole<long>>(users, roles, options)
{
    /// <inheritdoc />
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(LabUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(Person.NameClaim, user.DisplayName.Length > 0 ? user.DisplayName : user.Email ?? ""));
        return identity;
    }
}
