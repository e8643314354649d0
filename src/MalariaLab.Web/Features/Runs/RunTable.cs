using System.Linq.Expressions;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Runs;

/// <summary>A page of the table.</summary>
/// <param name="Total">Rows of all pages.</param>
/// <param name="Rows">The rows.</param>
public sealed record RunTablePage(int Total, IReadOnlyList<RunRow> Rows);

/// <summary>Lists of runs, paged and ordered by the database.</summary>
public sealed class RunTable(IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>Columns that can order, by their key in the address.</summary>
    public static IReadOnlyDictionary<string, LambdaExpression> Columns { get; } = new Dictionary<string, LambdaExpression>
    {
        ["id"] = (Run r) => r.Id,
        ["name"] = (Run r) => r.Name,
        ["status"] = (Run r) => r.Status,
        ["recipe"] = (Run r) => r.Experiment!.Recipe,
        ["dataset"] = (Run r) => r.Experiment!.DatasetVersion!.Dataset!.Name,
        ["split"] = (Run r) => r.Experiment!.Split!.Name,
        ["seed"] = (Run r) => r.Experiment!.Seed,
        ["epoch"] = (Run r) => r.LastEpoch,
        ["accuracy"] = (Run r) => r.Accuracy,
        ["sensitivity"] = (Run r) => r.Sensitivity,
        ["specificity"] = (Run r) => r.Specificity,
        ["auc"] = (Run r) => r.Auc,
        ["valaccuracy"] = (Run r) => r.BestValAccuracy,
        ["seconds"] = (Run r) => r.TrainSeconds,
        ["created"] = (Run r) => r.CreatedAt,
    };

    /// <summary>One page.</summary>
    /// <exception cref="Core.ExplainedException">The filter text is not understood.</exception>
    public async Task<RunTablePage> PageAsync(RunFilter filter, CancellationToken ct = default)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var runs = RunQueryText.Where(db.Runs.AsNoTracking(), filter.Text);
        var total = await runs.CountAsync(ct);
        var ordered = Ordered(runs, Columns[filter.Sort], filter.Descending).ThenByDescending(r => r.Id);
        return new(total, await Rows(db, ordered.Skip(filter.Page * RunFilter.PageSize).Take(RunFilter.PageSize)).ToListAsync(ct));
    }

    /// <summary>Runs in these states, in queue order: higher priority first, then first come.</summary>
    public async Task<IReadOnlyList<RunRow>> InStatesAsync(IReadOnlyCollection<RunStatus> states, CancellationToken ct = default)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var runs = db.Runs.AsNoTracking().Where(r => states.Contains(r.Status) && r.TrashedAt == null);
        return await Rows(db, runs.OrderByDescending(r => r.Priority).ThenBy(r => r.QueuedAt).ThenBy(r => r.Id)).ToListAsync(ct);
    }

    /// <summary>The latest finished runs.</summary>
    public async Task<IReadOnlyList<RunRow>> LatestAsync(int count, CancellationToken ct = default)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var runs = db.Runs.AsNoTracking().Where(r => r.FinishedAt != null && r.TrashedAt == null && !r.Archived);
        return await Rows(db, runs.OrderByDescending(r => r.FinishedAt).Take(count)).ToListAsync(ct);
    }

    // Undefined figures come last in either direction, since nobody looks for them; the type of the column is known only here.
    private static IOrderedQueryable<Run> Ordered(IQueryable<Run> runs, LambdaExpression column, bool descending)
    {
        if (Nullable.GetUnderlyingType(column.ReturnType) is not null)
        {
            var absent = Expression.Lambda(Expression.Equal(column.Body, Expression.Constant(null, column.ReturnType)), column.Parameters);
            return Order(Order(runs, nameof(Queryable.OrderBy), absent), descending ? nameof(Queryable.ThenByDescending) : nameof(Queryable.ThenBy), column);
        }
        return Order(runs, descending ? nameof(Queryable.OrderByDescending) : nameof(Queryable.OrderBy), column);
    }

    private static IOrderedQueryable<Run> Order(IQueryable<Run> runs, string method, LambdaExpression key) =>
        (IOrderedQueryable<Run>)runs.Provider.CreateQuery<Run>(
            Expression.Call(typeof(Queryable), method, [typeof(Run), key.ReturnType], runs.Expression, Expression.Quote(key)));

    private static IQueryable<RunRow> Rows(LabDbContext db, IQueryable<Run> runs) => runs.Select(r => new RunRow
    {
        Id = r.Id,
        Name = r.Name,
        Status = r.Status,
        Reason = r.Reason,
        Recipe = r.Experiment!.Recipe,
        Dataset = r.Experiment.DatasetVersion!.Dataset!.Name,
        DatasetId = r.Experiment.DatasetVersion.DatasetId,
        Split = r.Experiment.Split!.Name,
        Seed = r.Experiment.Seed,
        LastEpoch = r.LastEpoch,
        Epochs = r.Experiment.Epochs,
        TestCount = r.TestCount,
        Accuracy = r.Accuracy,
        Sensitivity = r.Sensitivity,
        Specificity = r.Specificity,
        Auc = r.Auc,
        ValAccuracy = r.BestValAccuracy,
        TrainSeconds = r.TrainSeconds,
        CreatedAt = r.CreatedAt,
        By = db.Users.Where(u => u.Id == r.CreatedById).Select(u => u.DisplayName).FirstOrDefault(),
        TagText = r.TagText,
        Priority = r.Priority,
        QueuedAt = r.QueuedAt,
        WorkerName = r.WorkerName,
        CancelRequested = r.CancelRequested,
    });
}
