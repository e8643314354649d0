using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data;

internal static class LabTransactions
{
    private const string UniqueViolation = "23505";

    // Of several that ask for the next number at once, each round settles one.
    private const int Attempts = 10;

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction of a context of its own and commits it. PostgreSQL lets two look for a name or a number at once and
    /// refuses the second's row at the unique index; the work then starts anew, sees the first's row and says so in its own words.
    /// </summary>
    public static async Task<T> InTransactionAsync<T>(this IDbContextFactory<LabDbContext> contexts, Func<LabDbContext, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var left = Attempts; ; left--)
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                var result = await work(db);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (DbUpdateException e) when (left > 1 && e.InnerException is DbException { SqlState: UniqueViolation }) { }
    }

    /// <summary>Runs <paramref name="work"/> in one transaction of a context of its own and commits it.</summary>
    public static Task InTransactionAsync(this IDbContextFactory<LabDbContext> contexts, Func<LabDbContext, Task> work, CancellationToken cancellationToken) =>
        contexts.InTransactionAsync(async db =>
        {
            await work(db);
            return true;
        }, cancellationToken);
}
