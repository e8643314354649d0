using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Jobs;

/// <summary>Request for a task.</summary>
/// <param name="Kind">Kind; not <see cref="JobKind.Run"/>.</param>
/// <param name="Title">What it is about, for lists.</param>
/// <param name="SubjectId">Row id of what it works on.</param>
/// <param name="PayloadJson">Parameters.</param>
/// <param name="Priority">Higher goes first.</param>
public sealed record NewTask(JobKind Kind, string Title, long? SubjectId = null, string PayloadJson = "{}", int Priority = 0);

/// <summary>What people do with tasks: ask, watch, cancel, try again.</summary>
public sealed class LabTasks(IDbContextFactory<LabDbContext> contexts, IJobScheduler scheduler, LabPaths paths, TimeProvider time)
{
    /// <summary>Queues a task.</summary>
    /// <returns>Its row id.</returns>
    public async Task<long> EnqueueAsync(NewTask request, Actor actor, CancellationToken cancellationToken = default)
    {
        var task = await contexts.InTransactionAsync(db => AddAsync(db, request, actor, time.GetUtcNow(), cancellationToken), cancellationToken);
        await ScheduleAsync(task);
        return task.Id;
    }

    /// <summary>Queues a task unless an unfinished one of the same kind, subject and parameters is there already.</summary>
    /// <returns>Row id of the new or the found task.</returns>
    public async Task<long> EnsureAsync(NewTask request, Actor actor, CancellationToken cancellationToken = default)
    {
        var (task, isNew) = await contexts.InTransactionAsync(async db =>
        {
            var open = await db.Tasks.AsNoTracking().Unfinished()
                .FirstOrDefaultAsync(t => t.Kind == request.Kind && t.SubjectId == request.SubjectId && t.PayloadJson == request.PayloadJson, cancellationToken);
            return open is not null ? (open, false) : (await AddAsync(db, request, actor, time.GetUtcNow(), cancellationToken), true);
        }, cancellationToken);
        if (isNew) await ScheduleAsync(task);
        return task.Id;
    }

    /// <summary>A task, or null.</summary>
    public async Task<LabTask?> FindAsync(long taskId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Id == taskId, cancellationToken);
    }

    /// <summary>Unfinished tasks, oldest first, and the latest finished ones.</summary>
    public async Task<IReadOnlyList<LabTask>> ListAsync(int finished = 20, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = await db.Tasks.AsNoTracking().Unfinished()
            .OrderByDescending(t => t.Priority).ThenBy(t => t.QueuedAt).ToListAsync(cancellationToken);
        var done = await db.Tasks.AsNoTracking().Where(t => t.FinishedAt != null).OrderByDescending(t => t.FinishedAt).Take(finished).ToListAsync(cancellationToken);
        return [.. open, .. done];
    }

    /// <summary>The result of a task as <typeparamref name="T"/>; waits until it is finished. For work of seconds, such as a prediction.</summary>
    /// <exception cref="ExplainedException">The task failed or was canceled.</exception>
    public async Task<T> ResultAsync<T>(long taskId, JsonSerializerOptions? options = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var task = await FindAsync(taskId, cancellationToken) ?? throw NotFound(taskId);
            if (task.Status == LabTaskStatus.Succeeded)
                return JsonSerializer.Deserialize<T>(task.ResultJson ?? "null", options) ?? throw new ExplainedException($"Task {taskId} ({task.Title}) left no result.");
            if (task.Status.IsFinished()) throw new ExplainedException(task.Reason);
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    /// <summary>Cancels: a waiting task at once, a running one as soon as it looks. Does nothing to a finished one.</summary>
    public async Task CancelAsync(long taskId, Actor actor, CancellationToken cancellationToken = default)
    {
        var reason = $"Canceled by {actor.Name}.";
        var now = time.GetUtcNow();
        var removed = await contexts.InTransactionAsync(async db =>
        {
            var waiting = await db.Tasks.AsNoTracking().Waiting().SingleOrDefaultAsync(t => t.Id == taskId, cancellationToken);
            var done = waiting is not null && await db.Tasks.Waiting()
                .Where(t => t.Id == taskId && t.Ticket == waiting.Ticket)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(t => t.Status, LabTaskStatus.Canceled)
                    .SetProperty(t => t.Reason, reason)
                    .SetProperty(t => t.FinishedAt, now), cancellationToken) == 1;
            if (!done)
                await db.Tasks.Where(t => t.Id == taskId).ExecuteUpdateAsync(set => set.SetProperty(t => t.CancelRequested, true), cancellationToken);
            var uploads = done ? await TaskUploads.OfAsync(db, waiting!, cancellationToken) : [];
            if (done) await ImportVersions.EndAsync(db, waiting!.Kind, waiting.SubjectId, "The import was canceled.", cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Task, taskId));
            return done ? (waiting!.Kind, waiting.Ticket, uploads) : ((JobKind Kind, string Ticket, IReadOnlyList<string> Uploads)?)null;
        }, cancellationToken);
        if (removed is not { } job) return;
        await scheduler.RemoveAsync(job.Kind, job.Ticket, CancellationToken.None);
        // No worker will take them any more, so none deletes them.
        TaskUploads.Delete(paths, job.Uploads);
    }

    /// <summary>Name of the uploaded file without which an ended task can't be tried again, or null where nothing is missing.</summary>
    public async Task<string?> MissingUploadAsync(LabTask task, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await TaskUploads.MissingAsync(db, paths, task, cancellationToken);
    }

    /// <summary>Queues a failed or canceled task again.</summary>
    /// <exception cref="ExplainedException">It is neither, or the file that it would need is gone.</exception>
    public async Task RetryAsync(long taskId, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var ticket = RunMoves.NewTicket();
        var task = await contexts.InTransactionAsync(async db =>
        {
            var touched = await db.Tasks.Where(t => t.Id == taskId && (t.Status == LabTaskStatus.Failed || t.Status == LabTaskStatus.Canceled))
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.Status, LabTaskStatus.Queued).SetProperty(t => t.Ticket, ticket).SetProperty(t => t.TicketAt, now)
                    .SetProperty(t => t.QueuedAt, now).SetProperty(t => t.Attempt, 0).SetProperty(t => t.CancelRequested, false).SetProperty(t => t.Reason, "")
                    .SetProperty(t => t.FinishedAt, (DateTimeOffset?)null).SetProperty(t => t.Progress, (double?)null), cancellationToken);
            if (touched != 1) throw new ExplainedException($"Only a failed or canceled task can be tried again; task {taskId} is neither.");
            var again = await db.Tasks.AsNoTracking().SingleAsync(t => t.Id == taskId, cancellationToken);
            if (await TaskUploads.MissingAsync(db, paths, again, cancellationToken) is { } gone)
                throw new ExplainedException($"{gone} was deleted when its import ended, so there is nothing to try again with: upload it again.");
            await ImportVersions.BeginAgainAsync(db, again.Kind, again.SubjectId, cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Task, taskId));
            return again;
        }, cancellationToken);
        await ScheduleAsync(task);
    }

    /// <summary>Puts a committed task into the queue. Whoever asked may have left: that calls nothing off any more.</summary>
    internal Task ScheduleAsync(LabTask task) => scheduler.EnqueueAsync(new QueuedJob(task.Kind, task.Id, task.Ticket, task.QueuedAt, task.Priority), CancellationToken.None);

    /// <summary>Adds the row in the caller's transaction; <see cref="ScheduleAsync"/> follows after its commit.</summary>
    internal static async Task<LabTask> AddAsync(LabDbContext db, NewTask request, Actor actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (request.Kind == JobKind.Run) throw new ArgumentException("Runs are queued by RunCommands.", nameof(request));
        var task = new LabTask
        {
            Kind = request.Kind,
            Status = LabTaskStatus.Queued,
            Title = request.Title,
            Priority = request.Priority,
            SubjectId = request.SubjectId,
            PayloadJson = request.PayloadJson,
            Ticket = RunMoves.NewTicket(),
            TicketAt = now,
            QueuedAt = now,
            CreatedById = actor.UserId,
        };
        db.Tasks.Add(task);
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Task, task.Id));
        return task;
    }

    private static ExplainedException NotFound(long taskId) => new($"There is no task {taskId}.");
}
