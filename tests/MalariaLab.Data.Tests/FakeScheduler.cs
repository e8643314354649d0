using System.Collections.Concurrent;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Jobs;

namespace MalariaLab.Data.Tests;

/// <summary>A queue that only remembers.</summary>
internal sealed class FakeScheduler : IJobScheduler
{
    public ConcurrentDictionary<string, QueuedJob> Jobs { get; } = new();

    /// <summary>Somebody who left could have kept a job out of the queue although the database has it.</summary>
    public bool CanBeCalledOff { get; private set; }

    public Task EnqueueAsync(QueuedJob job, CancellationToken cancellationToken = default)
    {
        Jobs.TryAdd(job.Ticket, job);
        CanBeCalledOff |= cancellationToken.CanBeCanceled;
        return Task.CompletedTask;
    }

    public Task MoveAsync(QueuedJob job, CancellationToken cancellationToken = default)
    {
        Jobs[job.Ticket] = job;
        return Task.CompletedTask;
    }

    public Task RemoveAsync(JobKind kind, string ticket, CancellationToken cancellationToken = default)
    {
        Jobs.TryRemove(ticket, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlySet<string>> TicketsAsync(bool runs, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlySet<string>>(Jobs.Values.Where(j => j.Kind == JobKind.Run == runs).Select(j => j.Ticket).ToHashSet());

    public Task PauseRunsAsync(string reason, Actor actor, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task ResumeRunsAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<QueuePause?> PauseStateAsync(CancellationToken cancellationToken = default) => Task.FromResult<QueuePause?>(null);
}
