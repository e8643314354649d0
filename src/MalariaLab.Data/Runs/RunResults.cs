using MalariaLab.Core;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Runs;

/// <summary>Test figures of the runs table; undefined ones are null.</summary>
public sealed record TestSummary(int Count, double? Accuracy, double? BalancedAccuracy, double? Sensitivity, double? Specificity, double? F1, double? Auc, double? LogLoss);

/// <summary>Scores and reports of finished runs on further data (external validation), written by tasks that do not hold the run.</summary>
public sealed class RunResults(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores scores and report of a finished run on another version; replaces earlier ones.</summary>
    public Task SaveExternalAsync(PredictionSet predictions, EvaluationRow evaluation, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var runId = predictions.RunId;
        if (!await db.Runs.AnyAsync(r => r.Id == runId && r.Status == RunStatus.Succeeded, cancellationToken))
            throw new ExplainedException($"Run {runId} has not finished, so it can't be evaluated on other data.");
        await ReplaceAsync(db, runId, predictions, time.GetUtcNow(), cancellationToken);
        await ReplaceAsync(db, runId, evaluation, time.GetUtcNow(), cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
    }, cancellationToken);

    internal static async Task ReplaceAsync(LabDbContext db, long runId, PredictionSet set, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.PredictionSets.Where(s => s.RunId == runId && s.DatasetVersionId == set.DatasetVersionId && s.Scope == set.Scope).ExecuteDeleteAsync(cancellationToken);
        set.Id = 0;
        set.RunId = runId;
        set.At = now;
        db.PredictionSets.Add(set);
        await db.SaveChangesAsync(cancellationToken);
    }

    internal static async Task ReplaceAsync(LabDbContext db, long runId, EvaluationRow row, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.Evaluations.Where(e => e.RunId == runId && e.DatasetVersionId == row.DatasetVersionId && e.Scope == row.Scope).ExecuteDeleteAsync(cancellationToken);
        row.Id = 0;
        row.RunId = runId;
        row.At = now;
        db.Evaluations.Add(row);
        await db.SaveChangesAsync(cancellationToken);
    }
}
