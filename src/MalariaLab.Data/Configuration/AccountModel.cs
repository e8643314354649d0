using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Configuration;

/// <summary>People, tokens, links and the audit log.</summary>
internal static class AccountModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<LabUser>().ToTable("Users");
        model.Entity<IdentityRole<long>>().ToTable("Roles");
        model.Entity<IdentityUserRole<long>>().ToTable("UserRoles");
        model.Entity<IdentityUserClaim<long>>().ToTable("UserClaims");
        model.Entity<IdentityUserLogin<long>>().ToTable("UserLogins");
        model.Entity<IdentityRoleClaim<long>>().ToTable("RoleClaims");
        model.Entity<IdentityUserToken<long>>().ToTable("UserTokens");

        model.Entity<ApiToken>(token =>
        {
            token.HasIndex(t => t.TokenHash).IsUnique();
            token.HasOne<LabUser>().WithMany().HasForeignKey(t => t.UserId);
        });
        model.Entity<Invitation>(invitation =>
        {
            invitation.HasIndex(i => i.TokenHash).IsUnique();
            invitation.MadeBy(i => i.CreatedById);
            invitation.MadeBy(i => i.UsedById);
        });
        model.Entity<SavedView>(view =>
        {
            view.HasIndex(v => new { v.UserId, v.Name }).IsUnique();
            view.HasOne<LabUser>().WithMany().HasForeignKey(v => v.UserId);
        });
        model.Entity<ShareLink>(link =>
        {
            link.HasIndex(l => l.TokenHash).IsUnique();
            link.MadeBy(l => l.CreatedById);
        });
        model.Entity<ShareView>(view =>
        {
            view.HasIndex(v => new { v.LinkId, v.At });
            view.HasOne<ShareLink>().WithMany().HasForeignKey(v => v.LinkId);
        });
        model.Entity<AuditEntry>(entry =>
        {
            entry.HasIndex(e => e.At);
            entry.MadeBy(e => e.UserId);
        });
        model.Entity<WeightsFile>(file =>
        {
            file.HasIndex(f => f.Sha256).IsUnique();
            file.MadeBy(f => f.CreatedById);
        });
    }
}
