using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace MalariaLab.Data.Runs;

/// <summary>
/// What a worker writes about a run that it holds. Each write needs the ticket; once the run was taken away it throws
/// <see cref="OwnershipLostException"/> and writes nothing.
/// </summary>
public sealed class RunExecution(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    /// <summary>Takes a queued run.</summary>
    /// <returns>Which start this is, from 1; null when the run is not to be had (canceled, taken, queued again under another ticket).</returns>
    public Task<int?> ClaimAsync(long runId, string ticket, WorkerIdentity worker, CancellationToken cancellationToken = default) => contexts.InTransactionAsync<int?>(async db =>
    {
        var now = time.GetUtcNow();
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && r.Ticket == ticket && !r.CancelRequested, cancellationToken);
        if (run is not { Status: RunStatus.Queued }) return null;
        var moved = await db.MoveAsync(runId, ticket, RunStatus.Queued, RunStatus.Preparing, Actor.Worker(worker.Name), "", now, set => set
            .SetProperty(r => r.Attempt, r => r.Attempt + 1)
            .SetProperty(r => r.StartedAt, run.StartedAt ?? now)
            .SetProperty(r => r.WorkerName, worker.Name)
            .SetProperty(r => r.WorkerSession, worker.Session), cancellationToken);
        if (!moved) return null;
        if (!await db.RunProgress.AnyAsync(p => p.RunId == runId, cancellationToken))
        {
            db.RunProgress.Add(new RunProgressRow { RunId = runId, At = now });
            await db.SaveChangesAsync(cancellationToken);
        }
        return run.Attempt + 1;
    }, cancellationToken);

    /// <summary>Moves a held run to another state.</summary>
    public Task MoveAsync(long runId, string ticket, RunStatus to, string reason = "", CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && r.Ticket == ticket, cancellationToken);
        if (run is null || !run.Status.IsActive()
            || !await db.MoveAsync(runId, ticket, run.Status, to, Actor.Worker(run.WorkerName ?? "worker"), reason, time.GetUtcNow(), null, cancellationToken))
            throw Lost(runId);
    }, cancellationToken);

    /// <summary>Why the worker has to stop; <see cref="StopReason.None"/> while it need not.</summary>
    public async Task<StopReason> StopReasonAsync(long runId, string ticket, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Runs.AsNoTracking().Where(r => r.Id == runId && r.Ticket == ticket)
            .Select(r => new { r.Status, r.CancelRequested }).SingleOrDefaultAsync(cancellationToken);
        // Under the same ticket only its holder ends a run, so a finished one has not been taken away.
        return run is null || (!run.Status.IsActive() && !run.Status.IsFinished()) ? StopReason.OwnershipLost
            : run.CancelRequested ? StopReason.Canceled : StopReason.None;
    }

    /// <summary>Records what the run is executed on and with.</summary>
    public Task SetEnvironmentAsync(
        long runId, string ticket, string device, string programCommit, string libTorchVersion, string environmentJson, CancellationToken cancellationToken = default) =>
        HoldAsync(runId, ticket, set => set
            .SetProperty(r => r.Device, device)
            .SetProperty(r => r.ProgramCommit, programCommit)
            .SetProperty(r => r.LibTorchVersion, libTorchVersion)
            .SetProperty(r => r.EnvironmentJson, environmentJson), null, ChangeKind.Run, cancellationToken);

    /// <summary>Stores a finished epoch, durable when the call returns. Storing it again (after a restart) replaces it.</summary>
    public Task SaveEpochAsync(long runId, string ticket, EpochRecord epoch, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var others = await db.Epochs.AsNoTracking().Where(e => e.RunId == runId && e.Epoch != epoch.Epoch)
            .Select(e => new { e.Epoch, e.ValLoss, e.ValAccuracy, e.Seconds }).ToListAsync(cancellationToken);
        var all = others.Append(new { epoch.Epoch, epoch.ValLoss, epoch.ValAccuracy, epoch.Seconds }).OrderBy(e => e.Epoch).ToList();
        var best = all.Where(e => e.ValLoss is not null && !double.IsNaN(e.ValLoss.Value)).MinBy(e => e.ValLoss);
        await HoldAsync(db, runId, ticket, set => set
            .SetProperty(r => r.LastEpoch, epoch.Epoch)
            .SetProperty(r => r.TrainLoss, epoch.TrainLoss)
            .SetProperty(r => r.BestEpoch, best == null ? null : best.Epoch)
            .SetProperty(r => r.BestValLoss, best == null ? null : best.ValLoss)
            .SetProperty(r => r.BestValAccuracy, all.Max(e => e.ValAccuracy))
            .SetProperty(r => r.TrainSeconds, all.Sum(e => e.Seconds)), cancellationToken);
        await db.Epochs.Where(e => e.RunId == runId && e.Epoch == epoch.Epoch).ExecuteDeleteAsync(cancellationToken);
        db.Epochs.Add(EpochRow.Of(runId, epoch, time.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Epoch, runId), (ChangeKind.Run, runId));
    }, cancellationToken);

    /// <summary>Overwrites the live state; call at most once a second.</summary>
    public Task SaveProgressAsync(long runId, string ticket, RunProgress progress, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var now = time.GetUtcNow();
        var touched = await db.RunProgress
            .Where(p => p.RunId == runId && db.Runs.Any(r => r.Id == runId && r.Ticket == ticket
                && (r.Status == RunStatus.Preparing || r.Status == RunStatus.Training || r.Status == RunStatus.Evaluating)))
            .ExecuteUpdateAsync(set => set
                .SetProperty(p => p.At, now)
                .SetProperty(p => p.Stage, progress.Stage)
                .SetProperty(p => p.Epoch, progress.Epoch)
                .SetProperty(p => p.Epochs, progress.Epochs)
                .SetProperty(p => p.Step, progress.Step)
                .SetProperty(p => p.Steps, progress.Steps)
                .SetProperty(p => p.Loss, progress.Loss)
                .SetProperty(p => p.Accuracy, progress.Accuracy)
                .SetProperty(p => p.ImagesPerSecond, progress.ImagesPerSecond)
                .SetProperty(p => p.SecondsLeft, progress.SecondsLeft), cancellationToken);
        if (touched != 1) throw Lost(runId);
        await db.TouchAsync(cancellationToken, (ChangeKind.Progress, runId));
    }, cancellationToken);

    /// <summary>Records a file of the run; one of each kind, a new one replaces the old row.</summary>
    public Task SaveArtifactAsync(long runId, string ticket, Artifact artifact, CancellationToken cancellationToken = default) =>
        HoldAsync(runId, ticket, null, async db =>
        {
            await db.Artifacts.Where(a => a.RunId == runId && a.Kind == artifact.Kind).ExecuteDeleteAsync(cancellationToken);
            artifact.Id = 0;
            artifact.RunId = runId;
            artifact.At = time.GetUtcNow();
            db.Artifacts.Add(artifact);
            await db.SaveChangesAsync(cancellationToken);
        }, ChangeKind.Run, cancellationToken);

    /// <summary>Stores scores; replaces earlier ones of the same scope.</summary>
    public Task SavePredictionsAsync(long runId, string ticket, PredictionSet set, CancellationToken cancellationToken = default) =>
        HoldAsync(runId, ticket, null, db => RunResults.ReplaceAsync(db, runId, set, time.GetUtcNow(), cancellationToken), ChangeKind.Run, cancellationToken);

    /// <summary>Stores a report; with <paramref name="summary"/> also the figures of the runs table.</summary>
    public Task SaveEvaluationAsync(long runId, string ticket, EvaluationRow evaluation, TestSummary? summary = null, CancellationToken cancellationToken = default) =>
        HoldAsync(runId, ticket, summary is null ? null : set => set
            .SetProperty(r => r.TestCount, summary.Count)
            .SetProperty(r => r.Accuracy, summary.Accuracy)
            .SetProperty(r => r.BalancedAccuracy, summary.BalancedAccuracy)
            .SetProperty(r => r.Sensitivity, summary.Sensitivity)
            .SetProperty(r => r.Specificity, summary.Specificity)
            .SetProperty(r => r.F1, summary.F1)
            .SetProperty(r => r.Auc, summary.Auc)
            .SetProperty(r => r.LogLoss, summary.LogLoss)
            .SetProperty(r => r.TestSetHash, evaluation.SetHash),
            db => RunResults.ReplaceAsync(db, runId, evaluation, time.GetUtcNow(), cancellationToken), ChangeKind.Run, cancellationToken);

    private Task HoldAsync(
        long runId, string ticket, Action<UpdateSettersBuilder<Run>>? setters, Func<LabDbContext, Task>? then, ChangeKind kind, CancellationToken cancellationToken) =>
        contexts.InTransactionAsync(async db =>
        {
            await HoldAsync(db, runId, ticket, setters, cancellationToken);
            if (then is not null) await then(db);
            await db.TouchAsync(cancellationToken, (kind, runId));
        }, cancellationToken);

    /// <summary>Writes to the run's row if it is held under this ticket, and locks it until the commit.</summary>
    private static async Task HoldAsync(LabDbContext db, long runId, string ticket, Action<UpdateSettersBuilder<Run>>? setters, CancellationToken cancellationToken)
    {
        var touched = await db.Runs
            .Where(r => r.Id == runId && r.Ticket == ticket && (r.Status == RunStatus.Preparing || r.Status == RunStatus.Training || r.Status == RunStatus.Evaluating))
            .ExecuteUpdateAsync(setters ?? (set => set.SetProperty(r => r.Ticket, ticket)), cancellationToken);
        if (touched != 1) throw Lost(runId);
    }

    private static OwnershipLostException Lost(long runId) => new($"Run {runId}");
}
