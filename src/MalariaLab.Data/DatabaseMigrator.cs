using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Data;

/// <summary>Brings the database to this program's schema. Several processes may start at once: the migration lock lets one go first.</summary>
public sealed partial class DatabaseMigrator(IDbContextFactory<LabDbContext> contexts, ILogger<DatabaseMigrator> logger)
{
    /// <summary>Number of the advisory lock; "MalariaL" in ASCII.</summary>
    private const long MigrationLock = 0x4D616C617269614C;

    /// <summary>Applies what is missing; quick when nothing is.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var turn = await contexts.CreateDbContextAsync(cancellationToken);
        // EF Core's own lock on PostgreSQL ends with each migration's transaction, so that of several migrations the second would be applied twice.
        var isServer = db.Database.IsNpgsql() && await turn.Database.CanConnectAsync(cancellationToken);
        if (isServer)
        {
            await turn.Database.OpenConnectionAsync(cancellationToken);
            await turn.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
        }
        try { await ApplyAsync(db, cancellationToken); }
        finally
        {
            if (isServer) await turn.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", CancellationToken.None);
        }
    }

    private async Task ApplyAsync(LabDbContext db, CancellationToken cancellationToken)
    {
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0) return;
        LogMigrating(pending.Count);
        await db.Database.MigrateAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Preparing the database ({Count} migrations)")]
    private partial void LogMigrating(int count);
}
