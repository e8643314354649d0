using MalariaLab.Core.Jobs;

namespace MalariaLab.Data.Entities;

/// <summary>A piece of work for a worker that is not a training run: import, cache, statistics, prediction, …</summary>
public sealed class LabTask
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>What is to be done.</summary>
    public JobKind Kind { get; set; }

    /// <summary>State.</summary>
    public LabTaskStatus Status { get; set; }

    /// <summary>What the task is about, in words, for lists.</summary>
    public string Title { get; set; } = "";

    /// <summary>Higher goes first.</summary>
    public int Priority { get; set; }

    /// <summary>New for each time that the task is queued; whoever holds an old one may not write.</summary>
    public string Ticket { get; set; } = "";

    /// <summary>When the ticket was made.</summary>
    public DateTimeOffset TicketAt { get; set; }

    /// <summary>Starts so far.</summary>
    public int Attempt { get; set; }

    /// <summary>Someone asked to stop.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>Row id of what the task works on: dataset version, run, …; depends on the kind.</summary>
    public long? SubjectId { get; set; }

    /// <summary>Parameters as JSON.</summary>
    public string PayloadJson { get; set; } = "{}";

    /// <summary>Result as JSON; null until it succeeded.</summary>
    public string? ResultJson { get; set; }

    /// <summary>What happens now: "Reading 1,204 of 7,365 files".</summary>
    public string Stage { get; set; } = "";

    /// <summary>Share done, 0 to 1; null while unknown.</summary>
    public double? Progress { get; set; }

    /// <summary>Why it failed or was stopped, as a sentence.</summary>
    public string Reason { get; set; } = "";

    /// <summary>When it was queued.</summary>
    public DateTimeOffset QueuedAt { get; set; }

    /// <summary>First start.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>End.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Name of the worker that holds or last held it.</summary>
    public string? WorkerName { get; set; }

    /// <summary>Process of that worker.</summary>
    public string? WorkerSession { get; set; }

    /// <summary>Who asked.</summary>
    public long? CreatedById { get; set; }
}
