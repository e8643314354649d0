using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Security;

/// <summary>Bearer tokens of people. The token itself is shown once; the database holds its hash.</summary>
public sealed class ApiTokens(IDbContextFactory<LabDbContext> contexts, TimeProvider clock)
{
    /// <summary>What tokens begin with, so that a leaked one is recognised.</summary>
    public const string Prefix = "mlab_";

    /// <summary>Makes a token.</summary>
    /// <param name="userId">Owner.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="days">Days until it ends; null for none.</param>
    /// <returns>The token, never to be seen again.</returns>
    public async Task<string> CreateAsync(long userId, string name, int? days)
    {
        var token = Prefix + Secrets.New();
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync();
        db.ApiTokens.Add(new ApiToken { UserId = userId, Name = name.Trim(), TokenHash = Secrets.Hash(token), CreatedAt = now, ExpiresAt = days is { } d ? now.AddDays(d) : null });
        await db.SaveChangesAsync();
        return token;
    }

    /// <summary>The owner of a valid token, or null. Notes the use, to the minute.</summary>
    public async Task<LabUser?> OwnerAsync(string token, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var hash = Secrets.Hash(token);
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await db.ApiTokens.SingleOrDefaultAsync(t => t.TokenHash == hash && t.RevokedAt == null, ct);
        if (found is null || found.ExpiresAt <= now) return null;
        if (found.LastUsedAt is null || now - found.LastUsedAt > TimeSpan.FromMinutes(1))
        {
            found.LastUsedAt = now;
            await db.SaveChangesAsync(ct);
        }
        return await db.Users.AsNoTracking().SingleAsync(u => u.Id == found.UserId, ct);
    }

    /// <summary>A person's tokens, newest first.</summary>
    public async Task<IReadOnlyList<ApiToken>> OfAsync(long userId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.ApiTokens.AsNoTracking().Where(t => t.UserId == userId && t.RevokedAt == null).OrderByDescending(t => t.Id).ToListAsync();
    }

    /// <summary>Ends a person's token.</summary>
    public async Task RevokeAsync(long userId, long id)
    {
        await using var db = await contexts.CreateDbContextAsync();
        await db.ApiTokens.Where(t => t.Id == id && t.UserId == userId).ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, clock.GetUtcNow()));
    }
}
