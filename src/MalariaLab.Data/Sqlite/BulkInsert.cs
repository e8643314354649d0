using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using SQLitePCL;

namespace MalariaLab.Data.Sqlite;

/// <summary>
/// Adds many rows of one table. SQLite has one writer, and whoever has an epoch to store waits for it: one prepared statement takes a fraction of the time of
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
            Insert(db, rows, cancellationToken);
            return;
        }
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            db.AddRange(chunk);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }

    // Past the ADO.NET driver, which makes a reader and looks every parameter up by name for each row.
    private static void Insert<T>(LabDbContext db, IEnumerable<T> rows, CancellationToken cancellationToken) where T : class
    {
        var entity = db.Model.FindEntityType(typeof(T))!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        // Ids that the database gives are left to it.
        var columns = entity.GetProperties()
            .Where(p => p.ValueGenerated == ValueGenerated.Never)
            .Select(p => (Getter: p.GetGetter(), p.GetTypeMapping().Converter, Name: p.GetColumnName(table)!))
            .ToArray();
        // By name, for the compiler holds that the driver needs a newer sqlite3 than there is (docs/adr/0004).
        var driver = db.Database.GetDbConnection();
        var connection = (sqlite3)driver.GetType().GetProperty("Handle")!.GetValue(driver)!;
        var sql = $"INSERT INTO \"{table.Name}\" ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))}) VALUES ({string.Join(", ", columns.Select(_ => "?"))})";
        Check(raw.sqlite3_prepare_v2(connection, sql, out var statement), raw.SQLITE_OK);
        using (statement)
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var i = 0; i < columns.Length; i++)
                {
                    var value = columns[i].Getter.GetClrValue(row);
                    Check(Bind(statement, i + 1, columns[i].Converter is { } converter ? converter.ConvertToProvider(value) : value), raw.SQLITE_OK);
                }
                Check(raw.sqlite3_step(statement), raw.SQLITE_DONE);
                Check(raw.sqlite3_reset(statement), raw.SQLITE_OK);
            }

        void Check(int code, int wanted)
        {
            if (code != wanted) throw new DbUpdateException($"Rows of {table.Name} could not be added: {raw.sqlite3_errmsg(connection).utf8_to_string()}");
        }
    }

    private static int Bind(sqlite3_stmt statement, int index, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, index),
        string text => raw.sqlite3_bind_text(statement, index, text),
        byte[] blob => raw.sqlite3_bind_blob(statement, index, blob),
        float or double => raw.sqlite3_bind_double(statement, index, Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ => raw.sqlite3_bind_int64(statement, index, Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };
}
