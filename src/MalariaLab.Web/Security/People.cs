using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Security;

/// <summary>Accounts, roles and invitations. Every change is written to the audit log.</summary>
public sealed class People(IDbContextFactory<LabDbContext> contexts, IServiceScopeFactory scopes, TimeProvider clock)
{
    private static readonly TimeSpan InvitationLife = TimeSpan.FromDays(7);

    // One at a time in the one web process: two administrators who take each other's role at once would both find the other still there.
    private static readonly SemaphoreSlim Changes = new(1, 1);

    /// <summary>A person with the role.</summary>
    public sealed record Entry(LabUser User, string Role);

    /// <summary>Makes an account.</summary>
    /// <exception cref="ExplainedException">Identity refuses it; the message says why.</exception>
    public async Task<LabUser> CreateAsync(string email, string name, string password, string role)
    {
        await using var scope = scopes.CreateAsyncScope();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole<long>>>();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<LabUser>>();
        foreach (var known in LabRoles.All)
            if (!await roles.RoleExistsAsync(known))
                Require(await roles.CreateAsync(new IdentityRole<long>(known)));
        var user = new LabUser { UserName = email.Trim(), Email = email.Trim(), EmailConfirmed = true, DisplayName = name.Trim(), CreatedAt = clock.GetUtcNow() };
        Require(await users.CreateAsync(user, password));
        Require(await users.AddToRoleAsync(user, role));
        await AuditAsync(user.Id, user.DisplayName, "user.create", $"{user.Email} as {role}");
        return user;
    }

    /// <summary>Everyone, by name.</summary>
    public async Task<IReadOnlyList<Entry>> ListAsync()
    {
        await using var db = await contexts.CreateDbContextAsync();
        var roles = await (from userRole in db.UserRoles join role in db.Roles on userRole.RoleId equals role.Id select new { userRole.UserId, role.Name }).ToListAsync();
        var users = await db.Users.AsNoTracking().OrderBy(u => u.DisplayName).ToListAsync();
        return [.. users.Select(u => new Entry(u, roles.FirstOrDefault(r => r.UserId == u.Id)?.Name ?? LabRoles.Viewer))];
    }

    /// <summary>Shown names by row id.</summary>
    public async Task<IReadOnlyDictionary<long, string>> NamesAsync()
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Users.AsNoTracking().ToDictionaryAsync(u => u.Id, u => u.DisplayName);
    }

    /// <summary>Gives another role. The last administrator stays one.</summary>
    /// <exception cref="ExplainedException">It is the last administrator.</exception>
    public Task SetRoleAsync(long userId, string role, string actor) => ChangeAsync(userId, staysAdministrator: role == LabRoles.Admin, actor, async (users, user) =>
    {
        Require(await users.RemoveFromRolesAsync(user, await users.GetRolesAsync(user)));
        Require(await users.AddToRoleAsync(user, role));
        return ("user.role", $"{user.Email} is {role}");
    });

    /// <summary>Closes or opens an account.</summary>
    /// <exception cref="ExplainedException">It is the last administrator.</exception>
    public Task SetClosedAsync(long userId, bool closed, string actor) => ChangeAsync(userId, staysAdministrator: !closed, actor, async (users, user) =>
    {
        Require(await users.SetLockoutEndDateAsync(user, closed ? DateTimeOffset.MaxValue : null));
        return (closed ? "user.close" : "user.open", user.Email ?? "");
    });

    /// <summary>Makes a one-time invitation.</summary>
    /// <returns>The secret of its link.</returns>
    public async Task<string> InviteAsync(string role, string note, long? by, string actor)
    {
        var token = Secrets.New();
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync();
        db.Invitations.Add(new Invitation
        {
            TokenHash = Secrets.Hash(token),
            Role = role,
            Note = note.Trim(),
            CreatedById = by,
            CreatedAt = now,
            ExpiresAt = now + InvitationLife,
        });
        await db.SaveChangesAsync();
        await AuditAsync(by, actor, "user.invite", $"{note} as {role}");
        return token;
    }

    /// <summary>An invitation that can still be used, or null.</summary>
    public async Task<Invitation?> FindInvitationAsync(string token)
    {
        var hash = Secrets.Hash(token);
        await using var db = await contexts.CreateDbContextAsync();
        var found = await db.Invitations.AsNoTracking().SingleOrDefaultAsync(i => i.TokenHash == hash && i.UsedById == null && i.RevokedAt == null);
        return found?.ExpiresAt > clock.GetUtcNow() ? found : null;
    }

    /// <summary>Makes the invited person's account and uses the invitation up.</summary>
    /// <exception cref="ExplainedException">The invitation is used up or Identity refuses the account.</exception>
    public async Task<LabUser> AcceptAsync(string token, string email, string name, string password)
    {
        var invitation = await FindInvitationAsync(token) ?? throw new ExplainedException("This invitation is used up or out of date. Ask for a new one.");
        await using var db = await contexts.CreateDbContextAsync();
        // Claimed before the account exists, so that one link never makes two accounts.
        var now = clock.GetUtcNow();
        var claimed = await db.Invitations
            .Where(i => i.Id == invitation.Id && i.RevokedAt == null && i.UsedById == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.RevokedAt, now));
        if (claimed == 0) throw new ExplainedException("This invitation was used a moment ago.");
        try
        {
            var user = await CreateAsync(email, name, password, invitation.Role);
            await db.Invitations
                .Where(i => i.Id == invitation.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.UsedById, user.Id).SetProperty(i => i.RevokedAt, (DateTimeOffset?)null));
            return user;
        }
        catch (ExplainedException)
        {
            await db.Invitations.Where(i => i.Id == invitation.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.RevokedAt, (DateTimeOffset?)null));
            throw;
        }
    }

    /// <summary>Appends to the audit log.</summary>
    public async Task AuditAsync(long? userId, string actor, string action, string subject)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.AuditEntries.Add(new AuditEntry { At = clock.GetUtcNow(), UserId = userId, Actor = actor, Action = action, Subject = subject });
        await db.SaveChangesAsync();
    }

    private async Task ChangeAsync(long userId, bool staysAdministrator, string actor, Func<UserManager<LabUser>, LabUser, Task<(string Action, string Subject)>> change)
    {
        await Changes.WaitAsync();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<LabUser>>();
            var user = await FindAsync(users, userId);
            if (!staysAdministrator) await RequireAnotherAdminAsync(users, userId);
            var (action, subject) = await change(users, user);
            Require(await users.UpdateSecurityStampAsync(user));
            await AuditAsync(null, actor, action, subject);
        }
        finally
        {
            Changes.Release();
        }
    }

    private static async Task<LabUser> FindAsync(UserManager<LabUser> users, long id) =>
        await users.FindByIdAsync(id.ToString(System.Globalization.CultureInfo.InvariantCulture)) ?? throw new ExplainedException("This account is gone.");

    private static async Task RequireAnotherAdminAsync(UserManager<LabUser> users, long except)
    {
        var admins = await users.GetUsersInRoleAsync(LabRoles.Admin);
        if (!admins.Any(a => a.Id != except && !a.IsClosed))
            throw new ExplainedException("This is the last administrator; make someone else one first.");
    }

    private static void Require(IdentityResult result)
    {
        if (!result.Succeeded) throw new ExplainedException(string.Join(" ", result.Errors.Select(e => e.Description)));
    }
}
