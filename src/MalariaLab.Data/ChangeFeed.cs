using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data;

/// <summary>What changed since a cursor, for the one poller of a web process.</summary>
/// <param name="Cursor">Cursor for the next call.</param>
/// <param name="Items">Things that changed, oldest change first; each at most once.</param>
public sealed record Changes(long Cursor, IReadOnlyList<(ChangeKind Kind, long Id)> Items);

/// <summary>The change feed. A reader starts at <see cref="NowAsync"/> and asks again and again; one cheap indexed query a call.</summary>
public sealed class ChangeFeed(IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>Cursor behind everything that happened so far.</summary>
    public async Task<long> NowAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ChangeCounters.Select(c => c.Value).SingleAsync(cancellationToken);
    }

    /// <summary>Everything that changed after <paramref name="cursor"/>.</summary>
    public async Task<Changes> AfterAsync(long cursor, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Changes.AsNoTracking().Where(c => c.Sequence > cursor).OrderBy(c => c.Sequence).ToListAsync(cancellationToken);
        return new Changes(rows.Count == 0 ? cursor : rows[^1].Sequence, [.. rows.Select(r => (r.Kind, r.EntityId))]);
    }
}

internal static class ChangeWriter
{
    /// <summary>
    /// Announces changes; the last statements of a transaction. The counter's row lock lasts until the commit, so that sequences appear in order
    /// and a reader never passes over one that commits later.
    /// </summary>
    public static async Task TouchAsync(this LabDbContext db, CancellationToken cancellationToken, params (ChangeKind Kind, long Id)[] things)
    {
        await db.Database.ExecuteSqlAsync($"""UPDATE "ChangeCounters" SET "Value" = "Value" + 1 WHERE "Id" = 1""", cancellationToken);
        foreach (var (kind, id) in things)
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO "Changes" ("Kind", "EntityId", "Sequence") SELECT {kind.ToString()}, {id}, "Value" FROM "ChangeCounters" WHERE "Id" = 1
                ON CONFLICT ("Kind", "EntityId") DO UPDATE SET "Sequence" = excluded."Sequence"
                """, cancellationToken);
    }
}
