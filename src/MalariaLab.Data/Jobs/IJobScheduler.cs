using MalariaLab.Core.Jobs;

namespace MalariaLab.Data.Jobs;

/// <summary>A queued run or task, as far as its place in the queue needs it.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Id">Row id of the run or task.</param>
/// <param name="Ticket">Its ticket.</param>
/// <param name="QueuedAt">When it was queued first.</param>
/// <param name="Priority">Higher goes first.</param>
public sealed record QueuedJob(JobKind Kind, long Id, string Ticket, DateTimeOffset QueuedAt, int Priority)
{
    /// <summary>Priorities go from minus this to this.</summary>
    public const int MaxPriority = 100;
}

/// <summary>Says when and where a queued job runs; what a job is and whether it may run is the database's business.</summary>
public interface IJobScheduler
{
    /// <summary>Puts a job into the queue at its place; harmless when it is there already.</summary>
    Task EnqueueAsync(QueuedJob job, CancellationToken cancellationToken = default);

    /// <summary>Moves a waiting job to its new place.</summary>
    Task MoveAsync(QueuedJob job, CancellationToken cancellationToken = default);

    /// <summary>Takes a waiting job out of the queue.</summary>
    Task RemoveAsync(JobKind kind, string ticket, CancellationToken cancellationToken = default);

    /// <summary>Tickets of all runs, or of all tasks, that wait or are executed.</summary>
    Task<IReadOnlySet<string>> TicketsAsync(bool runs, CancellationToken cancellationToken = default);

    /// <summary>Holds all waiting runs; running ones go on.</summary>
    Task PauseRunsAsync(string reason, Actor actor, CancellationToken cancellationToken = default);

    /// <summary>Lets waiting runs start again.</summary>
    Task ResumeRunsAsync(CancellationToken cancellationToken = default);

    /// <summary>Who paused the runs and why, or null while they are not paused.</summary>
    Task<QueuePause?> PauseStateAsync(CancellationToken cancellationToken = default);
}

/// <summary>A pause of the queue.</summary>
/// <param name="Reason">Why.</param>
/// <param name="By">Who.</param>
/// <param name="At">Since when, where known.</param>
public sealed record QueuePause(string? Reason, string? By, DateTimeOffset? At);
