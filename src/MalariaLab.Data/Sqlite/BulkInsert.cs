using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace MalariaLab.Data.Sqlite;

/// <summary>
/// Adds many rows of one table. SQLite has one writer, and whoever has an epoch to store waits for it: one prepared statement takes less than half the time of
/// change tracking. PostgreSQL makes nobody wait and takes the usual way.
/// </summary>
internal static class BulkInsert
{
    private const int RowsAtOnce = 1000;

    /// <summary>Adds the rows in the context's transaction.</summary>
    /// <exception cref="DbUpdateException">The database refuses a row.</exception>
    public static async Task BulkInsertAsync<T>(this LabDbContext db, IEnumerable<T> rows, CancellationToken cancellationToken) where T : class
    {
        if (db.Database.IsSqlite())
        {
            await InsertAsync(db, rows, cancellationToken);
            return;
        }
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            db.AddRange(chunk);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }

    private static async Task InsertAsync<T>(LabDbContext db, IEnumerable<T> rows, CancellationToken cancellationToken) where T : class
    {
        var entity = db.Model.FindEntityType(typeof(T))!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        // Ids that the database gives are left to it.
        var columns = entity.GetProperties().Where(p => p.ValueGenerated == ValueGenerated.Never).Select(p => (p.PropertyInfo, p.GetTypeMapping().Converter, Name: p.GetColumnName(table)!)).ToArray();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Names come from the model.
        command.CommandText = $"INSERT INTO \"{table.Name}\" ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"$p{i}"))})";
#pragma warning restore CA2100
        foreach (var (index, _) in columns.Index())
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"$p{index}";
            command.Parameters.Add(parameter);
        }
        try
        {
            foreach (var row in rows)
            {
                for (var i = 0; i < columns.Length; i++)
                {
                    var value = columns[i].PropertyInfo!.GetValue(row);
                    command.Parameters[i].Value = (columns[i].Converter is { } converter ? converter.ConvertToProvider(value) : value) ?? DBNull.Value;
                }
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (DbException e)
        {
            throw new DbUpdateException($"Rows of {table.Name} could not be added: {e.Message}", e);
        }
    }
}
