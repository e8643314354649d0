using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data;

internal static class LabTransactions
{
    /// <summary>Runs <paramref name="work"/> in one transaction of a context of its own and commits it.</summary>
    public static async Task<T> InTransactionAsync<T>(this IDbContextFactory<LabDbContext> contexts, Func<LabDbContext, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var result = await work(db);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Runs <paramref name="work"/> in one transaction of a context of its own and commits it.</summary>
    public static Task InTransactionAsync(this IDbContextFactory<LabDbContext> contexts, Func<LabDbContext, Task> work, CancellationToken cancellationToken) =>
        contexts.InTransactionAsync(async db =>
        {
            await work(db);
            return true;
        }, cancellationToken);
}
