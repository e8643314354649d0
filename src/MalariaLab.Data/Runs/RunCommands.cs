using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Runs;

/// <summary>What people do to runs that concerns the queue. Refusals are <see cref="ExplainedException"/>.</summary>
public sealed class RunCommands(IDbContextFactory<LabDbContext> contexts, IJobScheduler scheduler, TimeProvider time)
{
    /// <summary>Stores the spec and a Draft run of it.</summary>
    /// <returns>Row id of the run.</returns>
    public Task<long> CreateAsync(NewRun request, Actor actor, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var name = request.Name.Trim();
        if (name.Length is 0 or > 200) throw new ExplainedException("A run needs a name of 1 to 200 characters.");
        CheckPriority(request.Priority);
        await CheckDataAsync(db, request.Spec.Data, cancellationToken);
        var now = time.GetUtcNow();
        var run = new Run
        {
            Experiment = await ExperimentAsync(db, request.Spec, now, cancellationToken),
            Name = name,
            Status = RunStatus.Draft,
            Priority = request.Priority,
            TagText = RunTags.Write(request.Tags),
            Notes = request.Notes,
            ParentRunId = request.ParentRunId,
            GroupId = request.GroupId,
            CreatedAt = now,
            CreatedById = actor.UserId,
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync(cancellationToken);
        db.RunEvents.Add(new RunEvent { RunId = run.Id, At = now, To = RunStatus.Draft, Actor = actor.Name });
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Run, run.Id));
        return run.Id;
    }, cancellationToken);

    /// <summary>Stores a group for runs that are asked for at once.</summary>
    /// <returns>Its row id, for <see cref="NewRun.GroupId"/>.</returns>
    public async Task<long> CreateGroupAsync(RunGroupKind kind, string name, Actor actor, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var group = new RunGroup { Kind = kind, Name = name, CreatedAt = time.GetUtcNow(), CreatedById = actor.UserId };
        db.RunGroups.Add(group);
        await db.SaveChangesAsync(cancellationToken);
        return group.Id;
    }

    /// <summary>Queues a Draft run.</summary>
    public Task EnqueueAsync(long runId, Actor actor, CancellationToken cancellationToken = default) =>
        QueueAsync(runId, actor, status => status == RunStatus.Draft, "only a draft can be queued", cancellationToken);

    /// <summary>Queues a failed or canceled run again; it goes on from its last checkpoint with three new attempts.</summary>
    public Task RetryAsync(long runId, Actor actor, CancellationToken cancellationToken = default) =>
        QueueAsync(runId, actor, status => status is RunStatus.Failed or RunStatus.Canceled, "only a failed or canceled run can be tried again", cancellationToken);

    /// <summary>
    /// Cancels: a waiting run at once, a running one within a batch (its checkpoint stays). Does nothing to a finished run.
    /// </summary>
    /// <returns>The run's state after the call.</returns>
    public async Task<RunStatus> CancelAsync(long runId, Actor actor, CancellationToken cancellationToken = default)
    {
        // The run may move between the look and the update; then look again.
        while (true)
        {
            var run = await FindAsync(runId, cancellationToken);
            if (run.Status.IsFinished()) return run.Status;
            var done = await contexts.InTransactionAsync(async db =>
            {
                if (!run.Status.IsActive())
                    return await db.MoveAsync(runId, run.Ticket, run.Status, RunStatus.Canceled, actor, $"Canceled by {actor.Name}.", time.GetUtcNow(), null, cancellationToken);
                var flagged = await db.Runs.Where(r => r.Id == runId && r.Status == run.Status)
                    .ExecuteUpdateAsync(set => set.SetProperty(r => r.CancelRequested, true).SetProperty(r => r.Reason, $"Cancel requested by {actor.Name}."), cancellationToken);
                await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
                return flagged == 1;
            }, cancellationToken);
            if (!done) continue;
            if (run.Status.IsActive()) return run.Status;
            if (run.Ticket.Length > 0) await scheduler.RemoveAsync(JobKind.Run, run.Ticket, CancellationToken.None);
            return RunStatus.Canceled;
        }
    }

    /// <summary>Changes the priority; a waiting run takes its new place at once.</summary>
    public async Task SetPriorityAsync(long runId, int priority, CancellationToken cancellationToken = default)
    {
        CheckPriority(priority);
        await contexts.InTransactionAsync(async db =>
        {
            await db.Runs.Where(r => r.Id == runId).ExecuteUpdateAsync(set => set.SetProperty(r => r.Priority, priority), cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
        }, cancellationToken);
        await PlaceAsync(runId, cancellationToken);
    }

    /// <summary>Moves a waiting run directly before another waiting one, or to the end with null; other runs keep their order.</summary>
    public async Task MoveBeforeAsync(long runId, long? beforeRunId, CancellationToken cancellationToken = default)
    {
        await contexts.InTransactionAsync(async db =>
        {
            var queue = await db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Queued && r.Id != runId)
                .OrderByDescending(r => r.Priority).ThenBy(r => r.QueuedAt).ThenBy(r => r.Id)
                .Select(r => new { r.Id, r.Priority, r.QueuedAt }).ToListAsync(cancellationToken);
            var place = beforeRunId is null ? queue.Count : queue.FindIndex(r => r.Id == beforeRunId);
            if (place < 0) throw new ExplainedException($"Run {beforeRunId} is no longer waiting, so nothing can be put before it.");
            if (queue.Count == 0) return;
            // The moved run takes the neighbour's priority and a time just before (or after) it, which changes no one else's place.
            var neighbour = place < queue.Count ? queue[place] : queue[^1];
            var before = place > 0 && place < queue.Count && queue[place - 1].Priority == neighbour.Priority ? queue[place - 1].QueuedAt : null;
            var at = place == queue.Count
                ? neighbour.QueuedAt!.Value.AddMilliseconds(1)
                : before is { } earlier ? earlier + ((neighbour.QueuedAt!.Value - earlier) / 2) : neighbour.QueuedAt!.Value.AddSeconds(-1);
            await db.Runs.Where(r => r.Id == runId && r.Status == RunStatus.Queued)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.Priority, neighbour.Priority).SetProperty(r => r.QueuedAt, at), cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
        }, cancellationToken);
        await PlaceAsync(runId, cancellationToken);
    }

    private async Task QueueAsync(long runId, Actor actor, Func<RunStatus, bool> from, string rule, CancellationToken cancellationToken)
    {
        var run = await FindAsync(runId, cancellationToken);
        if (run.TrashedAt is not null) throw new ExplainedException($"Run {runId} is in the trash: restore it first.");
        if (!from(run.Status)) throw new ExplainedException($"Run {runId} is {run.Status}; {rule}.");
        var now = time.GetUtcNow();
        var ticket = RunMoves.NewTicket();
        var moved = await contexts.InTransactionAsync(db => db.MoveAsync(runId, run.Ticket, run.Status, RunStatus.Queued, actor, "", now, set => set
            .SetProperty(r => r.Ticket, ticket)
            .SetProperty(r => r.TicketAt, now)
            .SetProperty(r => r.QueuedAt, now)
            .SetProperty(r => r.Attempt, 0)
            .SetProperty(r => r.CancelRequested, false), cancellationToken), cancellationToken);
        if (!moved) throw new ExplainedException($"Run {runId} was changed by someone else at this moment: look again.");
        // Committed: that the caller leaves calls nothing off any more.
        await scheduler.EnqueueAsync(new QueuedJob(JobKind.Run, runId, ticket, now, run.Priority), CancellationToken.None);
    }

    private async Task PlaceAsync(long runId, CancellationToken cancellationToken)
    {
        var run = await FindAsync(runId, cancellationToken);
        if (run.Status == RunStatus.Queued)
            await scheduler.MoveAsync(new QueuedJob(JobKind.Run, runId, run.Ticket, run.QueuedAt!.Value, run.Priority), cancellationToken);
    }

    private async Task<Run> FindAsync(long runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken) ?? throw NotFound(runId);
    }

    private static void CheckPriority(int priority)
    {
        if (Math.Abs(priority) > QueuedJob.MaxPriority)
            throw new ExplainedException($"A priority goes from -{QueuedJob.MaxPriority} to {QueuedJob.MaxPriority}; {priority} is outside.");
    }

    private static async Task CheckDataAsync(LabDbContext db, DataSpec data, CancellationToken cancellationToken)
    {
        var split = await db.Splits.AsNoTracking().Where(s => s.Id == data.SplitId)
            .Select(s => new { s.VersionId, s.Hash, s.Version!.Status, s.Version.ContentHash, s.Version.Verdict }).SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no split {data.SplitId}: choose one of the dataset's splits.");
        if (split.VersionId != data.DatasetVersionId) throw new ExplainedException("The split belongs to another dataset version: choose one of this version's splits.");
        if (split.Status != DatasetVersionStatus.Ready) throw new ExplainedException($"The dataset version can't be trained on. {split.Verdict}");
        if (split.Hash != data.SplitHash || split.ContentHash != data.DatasetHash)
            throw new ExplainedException("The spec's data hashes are not those of the chosen dataset and split: define the experiment again.");
    }

    private static async Task<Experiment> ExperimentAsync(LabDbContext db, ExperimentSpec spec, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var json = SpecJson.Write(spec);
        var hash = SpecJson.Hash(spec);
        return await db.Experiments.FirstOrDefaultAsync(e => e.SpecHash == hash && e.SpecJson == json, cancellationToken) ?? new Experiment
        {
            SpecJson = json,
            SpecHash = hash,
            Recipe = spec.Recipe,
            Architecture = spec.Architecture.Key,
            DatasetVersionId = spec.Data.DatasetVersionId,
            SplitId = spec.Data.SplitId,
            Seed = spec.Training.Seed,
            Epochs = spec.Training.Epochs,
            BatchSize = spec.Training.BatchSize,
            LearningRate = spec.Optimizer.LearningRate,
            CreatedAt = now,
        };
    }

    internal static ExplainedException NotFound(long runId) => new($"There is no run {runId}.");
}
