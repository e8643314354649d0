using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace MalariaLab.Data.Jobs;

/// <summary>What a worker writes about a task that it holds; each write needs the ticket.</summary>
public sealed class TaskExecution(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    /// <summary>Takes a queued task.</summary>
    /// <returns>The task as it is now, or null when it is not to be had.</returns>
    public Task<LabTask?> ClaimAsync(long taskId, string ticket, WorkerIdentity worker, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var now = time.GetUtcNow();
        var touched = await db.Tasks.Where(t => t.Id == taskId && t.Ticket == ticket && t.Status == LabTaskStatus.Queued && !t.CancelRequested)
            .ExecuteUpdateAsync(set => set
                .SetProperty(t => t.Status, LabTaskStatus.Running)
                .SetProperty(t => t.Attempt, t => t.Attempt + 1)
                .SetProperty(t => t.StartedAt, t => t.StartedAt ?? now)
                .SetProperty(t => t.WorkerName, worker.Name)
                .SetProperty(t => t.WorkerSession, worker.Session), cancellationToken);
        if (touched != 1) return null;
        await db.TouchAsync(cancellationToken, (ChangeKind.Task, taskId));
        return await db.Tasks.AsNoTracking().SingleAsync(t => t.Id == taskId, cancellationToken);
    }, cancellationToken);

    /// <summary>Writes stage and share done; false when the task is no longer held.</summary>
    public Task<bool> SaveProgressAsync(long taskId, string ticket, string stage, double? share, CancellationToken cancellationToken = default) =>
        WriteAsync(taskId, ticket, set => set.SetProperty(t => t.Stage, stage).SetProperty(t => t.Progress, share), cancellationToken);

    /// <summary>Ends or interrupts the task; false when it is no longer held.</summary>
    public Task<bool> EndAsync(long taskId, string ticket, LabTaskStatus status, string reason = "", string? resultJson = null, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        return WriteAsync(taskId, ticket, set =>
        {
            set.SetProperty(t => t.Status, status).SetProperty(t => t.Reason, reason);
            if (status.IsFinished()) set.SetProperty(t => t.FinishedAt, now);
            if (status == LabTaskStatus.Succeeded) set.SetProperty(t => t.ResultJson, resultJson).SetProperty(t => t.Progress, 1.0);
        }, cancellationToken, async db =>
        {
            if (status is not (LabTaskStatus.Failed or LabTaskStatus.Canceled)) return;
            var task = await db.Tasks.Where(t => t.Id == taskId).Select(t => new { t.Kind, t.SubjectId }).SingleAsync(cancellationToken);
            await ImportVersions.EndAsync(db, task.Kind, task.SubjectId, reason, cancellationToken);
        });
    }

    /// <summary>Why the worker has to stop; <see cref="StopReason.None"/> while it need not.</summary>
    public async Task<StopReason> StopReasonAsync(long taskId, string ticket, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var task = await db.Tasks.AsNoTracking().Where(t => t.Id == taskId && t.Ticket == ticket && t.Status == LabTaskStatus.Running)
            .Select(t => new { t.CancelRequested }).SingleOrDefaultAsync(cancellationToken);
        return task is null ? StopReason.OwnershipLost : task.CancelRequested ? StopReason.Canceled : StopReason.None;
    }

    private Task<bool> WriteAsync(
        long taskId, string ticket, Action<UpdateSettersBuilder<LabTask>> setters, CancellationToken cancellationToken,
        Func<LabDbContext, Task>? then = null) => contexts.InTransactionAsync(async db =>
    {
        var touched = await db.Tasks.Where(t => t.Id == taskId && t.Ticket == ticket && t.Status == LabTaskStatus.Running).ExecuteUpdateAsync(setters, cancellationToken);
        if (touched != 1) return false;
        if (then is not null) await then(db);
        await db.TouchAsync(cancellationToken, (ChangeKind.Task, taskId));
        return true;
    }, cancellationToken);
}
