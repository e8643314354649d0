using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MalariaLab.Core;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Sharing;

/// <summary>Secret read-only links to results. The token is handed out once; the database holds its hash.</summary>
public sealed class ShareLinks(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    /// <summary>Runs at most of one comparison.</summary>
    public const int MostRuns = 20;

    private const int TokenBytes = 16;

    /// <summary>Makes a link and notes it in the audit log.</summary>
    /// <returns>The token: 128 random bits as 32 hex digits, never to be seen again.</returns>
    /// <exception cref="ExplainedException">A run is not there, there are too many, or the link would have ended already.</exception>
    public async Task<string> CreateAsync(NewShareLink wish, Actor actor, CancellationToken cancellationToken = default)
    {
        var ids = wish.RunIds.Distinct().ToList();
        if (ids.Count is 0 or > MostRuns) throw new ExplainedException($"A link shows one run, or a comparison of 2 to {MostRuns}; not {ids.Count}.");
        if (wish.Life <= TimeSpan.Zero) throw new ExplainedException("The link would have ended already: choose a later end.");
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        var now = time.GetUtcNow();
        await contexts.InTransactionAsync(async db =>
        {
            var names = await db.Runs.Where(r => ids.Contains(r.Id) && r.TrashedAt == null).ToDictionaryAsync(r => r.Id, r => r.Name, cancellationToken);
            if (ids.FirstOrDefault(id => !names.ContainsKey(id)) is > 0 and var missing) throw new ExplainedException($"There is no run {missing}, or it is in the trash.");
            var link = new ShareLink
            {
                TokenHash = Hash(token),
                Kind = ids.Count == 1 ? ShareKind.Run : ShareKind.Comparison,
                RunIds = ids,
                Title = string.Join(" · ", ids.Select(id => names[id])),
                ShowNames = wish.ShowNames,
                AllowPreview = wish.AllowPreview,
                CreatedById = actor.UserId,
                CreatedAt = now,
                ExpiresAt = now + wish.Life,
            };
            db.ShareLinks.Add(link);
            await db.SaveChangesAsync(cancellationToken);
            Audit(db, actor, "share.create", link, wish.ShowNames ? " with names" : "");
            await db.SaveChangesAsync(cancellationToken);
        }, cancellationToken);
        return token;
    }

    /// <summary>The link of a token while it works; null when it is wrong, ended or revoked, or nothing of what it shows is left.</summary>
    public async Task<ShareLink?> FindAsync(string token, CancellationToken cancellationToken = default)
    {
        if (token.Length != 2 * TokenBytes) return null;
        var hash = Hash(token);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var link = await db.ShareLinks.AsNoTracking().SingleOrDefaultAsync(l => l.TokenHash == hash && l.RevokedAt == null, cancellationToken);
        if (link is null || link.ExpiresAt <= time.GetUtcNow()) return null;
        // Runs that went to the trash are shown no more; a comparison goes on while two are left.
        var left = await db.Runs.Where(r => link.RunIds.Contains(r.Id) && r.TrashedAt == null).Select(r => r.Id).ToListAsync(cancellationToken);
        link.RunIds = [.. link.RunIds.Where(left.Contains)];
        return link.RunIds.Count >= (link.Kind == ShareKind.Run ? 1 : 2) ? link : null;
    }

    /// <summary>Counts an opening.</summary>
    /// <param name="linkId">The link.</param>
    /// <param name="client">Browser family and the like, without an address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task CountViewAsync(long linkId, string client, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        return contexts.InTransactionAsync(async db =>
        {
            await db.ShareLinks.Where(l => l.Id == linkId)
                .ExecuteUpdateAsync(set => set.SetProperty(l => l.Views, l => l.Views + 1).SetProperty(l => l.LastViewedAt, now), cancellationToken);
            db.ShareViews.Add(new ShareView { LinkId = linkId, At = now, Client = client });
            await db.SaveChangesAsync(cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Links that are not revoked, newest first.</summary>
    /// <param name="createdById">Only this person's.</param>
    /// <param name="runId">Only those that show this run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<ShareLink>> ListAsync(long? createdById = null, long? runId = null, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var links = db.ShareLinks.AsNoTracking().Where(l => l.RevokedAt == null);
        if (createdById is { } person) links = links.Where(l => l.CreatedById == person);
        if (runId is { } run) links = links.Where(l => l.RunIds.Contains(run));
        return await links.OrderByDescending(l => l.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Ends a link at once and notes it in the audit log.</summary>
    /// <param name="linkId">The link.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="ofAnyone">True for administrators, who may end other people's links too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ExplainedException">It is not there, ended already, or someone else's.</exception>
    public Task RevokeAsync(long linkId, Actor actor, bool ofAnyone, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        return contexts.InTransactionAsync(async db =>
        {
            var link = await db.ShareLinks.AsNoTracking().SingleOrDefaultAsync(l => l.Id == linkId && l.RevokedAt == null, cancellationToken)
                ?? throw new ExplainedException($"There is no share link {linkId}, or it is revoked already.");
            if (!ofAnyone && link.CreatedById != actor.UserId) throw new ExplainedException("Only its maker or an administrator can revoke this link.");
            await db.ShareLinks.Where(l => l.Id == linkId).ExecuteUpdateAsync(set => set.SetProperty(l => l.RevokedAt, now), cancellationToken);
            Audit(db, actor, "share.revoke", link, "");
            await db.SaveChangesAsync(cancellationToken);
        }, cancellationToken);
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private void Audit(LabDbContext db, Actor actor, string action, ShareLink link, string note) => db.AuditEntries.Add(
        AuditEntry.Of(actor, time.GetUtcNow(), action, string.Create(CultureInfo.InvariantCulture, $"link {link.Id} to {link.Title}{note}")));
}
