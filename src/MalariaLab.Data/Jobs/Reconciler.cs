using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Data.Jobs;

/// <summary>
/// Brings the queue into line with the database, which is the truth: what a dead worker held is interrupted, what is interrupted is queued again under a
/// new ticket in its old place (after three starts it is failed), and what waits without being in the queue is put there.
/// </summary>
public sealed partial class Reconciler(IDbContextFactory<LabDbContext> contexts, IJobScheduler scheduler, TimeProvider time, ILogger<Reconciler> logger)
{
    /// <summary>Time between two passes.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(10);

    /// <summary>A ticket younger than this may still be on its way into the queue.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private readonly WorkerWatch watch = new(time);
    private HashSet<string> withoutJob = [];

    private sealed record Held(long Id, string Ticket, string? WorkerName, string? WorkerSession);

    /// <summary>One pass.</summary>
    public async Task PassAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var settled = time.GetUtcNow() - Settling;
        var active = await db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Preparing || r.Status == RunStatus.Training || r.Status == RunStatus.Evaluating)
            .Select(r => new { r.Status, Held = new Held(r.Id, r.Ticket, r.WorkerName, r.WorkerSession) }).ToListAsync(cancellationToken);
        var waiting = await db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Queued && r.TicketAt < settled)
            .Select(r => new { r.Id, r.Ticket }).ToListAsync(cancellationToken);
        var tasks = await db.Tasks.AsNoTracking()
            .Where(t => t.Status == LabTaskStatus.Running || t.Status == LabTaskStatus.Interrupted || (t.Status == LabTaskStatus.Queued && t.TicketAt < settled))
            .ToListAsync(cancellationToken);
        // After the jobs: a worker announces itself before it claims, so whoever holds one of them is known by now.
        var workers = await db.Workers.AsNoTracking().ToDictionaryAsync(w => w.Name, cancellationToken);
        watch.Observe(workers.Values.Select(w => (w.Name, w.Session, w.Beat)));
        var tickets = await TicketsAsync(active.Count + waiting.Count > 0, tasks.Count > 0, cancellationToken);
        var missing = new HashSet<string>();

        foreach (var run in active)
            if (Orphaned(run.Held, workers, tickets, missing) is { } reason)
            {
                LogOrphan("run", run.Held.Id, reason);
                await contexts.InTransactionAsync(
                    tx => tx.MoveAsync(
                        run.Held.Id, run.Held.Ticket, run.Status, RunStatus.Interrupted, Actor.Reconciler, reason, time.GetUtcNow(), null, cancellationToken),
                    cancellationToken);
            }
        foreach (var run in await db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Interrupted).ToListAsync(cancellationToken)) await BringBackAsync(run, cancellationToken);
        foreach (var run in waiting.Where(r => !tickets.Contains(r.Ticket))) await RequeueAsync(run.Id, run.Ticket, cancellationToken);
        foreach (var task in tasks)
        {
            var reason = task.Status switch
            {
                LabTaskStatus.Running => Orphaned(new Held(task.Id, task.Ticket, task.WorkerName, task.WorkerSession), workers, tickets, missing),
                LabTaskStatus.Queued => tickets.Contains(task.Ticket) ? null : "",
                _ => task.Reason,
            };
            if (reason is not null) await BringBackAsync(task, reason, cancellationToken);
        }
        withoutJob = missing;
    }

    private async Task<HashSet<string>> TicketsAsync(bool runs, bool tasks, CancellationToken cancellationToken)
    {
        var tickets = new HashSet<string>();
        if (runs) tickets.UnionWith(await scheduler.TicketsAsync(runs: true, cancellationToken));
        if (tasks) tickets.UnionWith(await scheduler.TicketsAsync(runs: false, cancellationToken));
        return tickets;
    }

    private async Task BringBackAsync(Run run, CancellationToken cancellationToken)
    {
        var (to, reason) = run.CancelRequested ? (RunStatus.Canceled, "Canceled while it was interrupted.")
            : run.Attempt >= RunStateMachine.MaxAttempts ? (RunStatus.Failed, $"Given up after {run.Attempt} starts. Last: {run.Reason}")
            : (RunStatus.Queued, run.Reason);
        var now = time.GetUtcNow();
        var ticket = RunMoves.NewTicket();
        var moved = await contexts.InTransactionAsync(db => db.MoveAsync(run.Id, run.Ticket, RunStatus.Interrupted, to, Actor.Reconciler, reason, now,
            set => set.SetProperty(r => r.Ticket, ticket).SetProperty(r => r.TicketAt, now), cancellationToken), cancellationToken);
        if (moved && to == RunStatus.Queued)
            await scheduler.EnqueueAsync(new QueuedJob(JobKind.Run, run.Id, ticket, run.QueuedAt ?? now, run.Priority), cancellationToken);
    }

    private async Task RequeueAsync(long runId, string oldTicket, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ticket = RunMoves.NewTicket();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var touched = await db.Runs.Where(r => r.Id == runId && r.Ticket == oldTicket && r.Status == RunStatus.Queued)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Ticket, ticket).SetProperty(r => r.TicketAt, now), cancellationToken);
        if (touched != 1) return;
        LogRequeued("run", runId);
        var run = await db.Runs.AsNoTracking().Where(r => r.Id == runId).Select(r => new { r.QueuedAt, r.Priority }).SingleAsync(cancellationToken);
        await scheduler.EnqueueAsync(new QueuedJob(JobKind.Run, runId, ticket, run.QueuedAt ?? now, run.Priority), cancellationToken);
    }

    private async Task BringBackAsync(LabTask task, string reason, CancellationToken cancellationToken)
    {
        LogOrphan("task", task.Id, reason);
        var (to, why) = task.CancelRequested ? (LabTaskStatus.Canceled, "Canceled while it was interrupted.")
            : task.Attempt >= RunStateMachine.MaxAttempts && task.Status != LabTaskStatus.Queued ? (LabTaskStatus.Failed, $"Given up after {task.Attempt} starts. Last: {reason}")
            : (LabTaskStatus.Queued, reason);
        var now = time.GetUtcNow();
        var ticket = RunMoves.NewTicket();
        var moved = await contexts.InTransactionAsync(async db =>
        {
            var touched = await db.Tasks.Where(t => t.Id == task.Id && t.Ticket == task.Ticket && t.Status == task.Status).ExecuteUpdateAsync(set =>
            {
                set.SetProperty(t => t.Status, to).SetProperty(t => t.Reason, why).SetProperty(t => t.Ticket, ticket).SetProperty(t => t.TicketAt, now);
                if (to.IsFinished()) set.SetProperty(t => t.FinishedAt, now);
            }, cancellationToken);
            if (touched != 1) return false;
            if (to.IsFinished()) await ImportVersions.EndAsync(db, task.Kind, task.SubjectId, why, cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Task, task.Id));
            return true;
        }, cancellationToken);
        if (moved && to == LabTaskStatus.Queued)
            await scheduler.EnqueueAsync(new QueuedJob(task.Kind, task.Id, ticket, task.QueuedAt, task.Priority), cancellationToken);
    }

    /// <summary>Why nobody works on it any more, or null.</summary>
    private string? Orphaned(Held held, Dictionary<string, WorkerNode> workers, HashSet<string> tickets, HashSet<string> missing)
    {
        if (held.WorkerName is null || !workers.TryGetValue(held.WorkerName, out var worker)) return "The worker that held it is not known any more.";
        if (worker.Session != held.WorkerSession) return $"Worker {worker.Name} was restarted while it worked on it.";
        if (worker.State == WorkerState.Stopped) return $"Worker {worker.Name} was stopped while it worked on it.";
        if (watch.IsSilent(worker.Name)) return $"Worker {worker.Name} was silent for {WorkerWatch.Lease.TotalSeconds:0} seconds.";
        if (tickets.Contains(held.Ticket)) return null;
        // Its job may have ended between the two looks; only what is missing twice is lost.
        missing.Add(held.Ticket);
        return withoutJob.Contains(held.Ticket) ? $"Its job on worker {worker.Name} ended without a result." : null;
    }

    [LoggerMessage(LogLevel.Warning, "Taking back {Kind} {Id}. {Reason}")]
    private partial void LogOrphan(string kind, long id, string reason);

    [LoggerMessage(LogLevel.Warning, "Queued {Kind} {Id} again: it waited without being in the queue")]
    private partial void LogRequeued(string kind, long id);
}
