using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Data;

/// <summary>Brings the database to this program's schema. Several processes may start at once: the migration lock lets one go first.</summary>
public sealed partial class DatabaseMigrator(IDbContextFactory<LabDbContext> contexts, ILogger<DatabaseMigrator> logger)
{
    /// <summary>Applies what is missing; quick when nothing is.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0) return;
        LogMigrating(pending.Count);
        await db.Database.MigrateAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Preparing the database ({Count} migrations)")]
    private partial void LogMigrating(int count);
}
