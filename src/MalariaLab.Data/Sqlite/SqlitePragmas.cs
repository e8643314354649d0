using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MalariaLab.Data.Sqlite;

/// <summary>
/// Settings of each SQLite connection. <c>synchronous=FULL</c>: in WAL mode NORMAL may lose the last commits at a power cut, and an epoch has to be
/// durable before the next begins. A locked database is waited for, not reported.
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA busy_timeout=30000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32768;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
