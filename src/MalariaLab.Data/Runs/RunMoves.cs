using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace MalariaLab.Data.Runs;

/// <summary>The only place where a run's state changes: one guarded update and its event, in the caller's transaction.</summary>
internal static class RunMoves
{
    /// <summary>Moves the run if it still is in <paramref name="from"/> under <paramref name="ticket"/>; false when it is not.</summary>
    /// <exception cref="InvalidOperationException">The state machine forbids the move: a mistake of the program.</exception>
    public static async Task<bool> MoveAsync(
        this LabDbContext db, long runId, string ticket, RunStatus from, RunStatus to, Actor actor, string reason, DateTimeOffset now,
        Action<UpdateSettersBuilder<Run>>? also, CancellationToken cancellationToken)
    {
        if (!RunStateMachine.Allows(from, to)) throw new InvalidOperationException($"A run never goes from {from} to {to}.");
        var run = db.Runs.Where(r => r.Id == runId && r.Ticket == ticket && r.Status == from);
        // Whoever empties the trash must not meet a run that is queued at the same moment.
        if (to == RunStatus.Queued) run = run.Where(r => r.TrashedAt == null);
        var touched = await run.ExecuteUpdateAsync(set =>
        {
            set.SetProperty(r => r.Status, to).SetProperty(r => r.Reason, reason);
            if (to.IsFinished()) set.SetProperty(r => r.FinishedAt, now);
            if (to == RunStatus.Queued) set.SetProperty(r => r.FinishedAt, (DateTimeOffset?)null);
            also?.Invoke(set);
        }, cancellationToken);
        if (touched != 1) return false;
        db.RunEvents.Add(new RunEvent { RunId = runId, At = now, From = from, To = to, Actor = actor.Name, Reason = reason });
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
        return true;
    }

    /// <summary>A new ticket.</summary>
    public static string NewTicket() => Guid.NewGuid().ToString("N");
}
