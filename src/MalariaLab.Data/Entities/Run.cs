using MalariaLab.Core.Runs;

namespace MalariaLab.Data.Entities;

/// <summary>One execution of a spec. <see cref="Status"/> changes only through the guarded commands.</summary>
public sealed class Run
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The spec.</summary>
    public long ExperimentId { get; set; }

    /// <summary>The spec.</summary>
    public Experiment? Experiment { get; set; }

    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>State.</summary>
    public RunStatus Status { get; set; }

    /// <summary>Higher goes first.</summary>
    public int Priority { get; set; }

    /// <summary>New for each time that the run is queued; whoever holds an old one may not write.</summary>
    public string Ticket { get; set; } = "";

    /// <summary>When the ticket was made.</summary>
    public DateTimeOffset? TicketAt { get; set; }

    /// <summary>Starts since it was last queued by a person.</summary>
    public int Attempt { get; set; }

    /// <summary>Someone asked to stop; the worker obeys within a batch.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>Why it is in its state, as a sentence; empty when nothing needs saying.</summary>
    public string Reason { get; set; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who made it.</summary>
    public long? CreatedById { get; set; }

    /// <summary>When it was first put into the queue; its place among equal priorities.</summary>
    public DateTimeOffset? QueuedAt { get; set; }

    /// <summary>First start.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>End; null while it may go on by itself.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Name of the worker that holds or last held it.</summary>
    public string? WorkerName { get; set; }

    /// <summary>Process of that worker; a restarted worker has another.</summary>
    public string? WorkerSession { get; set; }

    /// <summary>Device in words.</summary>
    public string? Device { get; set; }

    /// <summary>Program's git commit.</summary>
    public string? ProgramCommit { get; set; }

    /// <summary>LibTorch's version.</summary>
    public string? LibTorchVersion { get; set; }

    /// <summary>Processor, threads, operating system and the like as JSON.</summary>
    public string? EnvironmentJson { get; set; }

    /// <summary>The run that this one was cloned from or starts its weights from.</summary>
    public long? ParentRunId { get; set; }

    /// <summary>Runs of one request: seeds, sweep or folds.</summary>
    public long? GroupId { get; set; }

    /// <summary>Tags with a space before and after each, for exact matching by LIKE.</summary>
    public string TagText { get; set; } = "";

    /// <summary>Notes in markdown.</summary>
    public string Notes { get; set; } = "";

    /// <summary>Out of the way of lists, still there.</summary>
    public bool Archived { get; set; }

    /// <summary>When it was put into the trash; null while in use.</summary>
    public DateTimeOffset? TrashedAt { get; set; }

    /// <summary>Last stored epoch; 0 before the first.</summary>
    public int LastEpoch { get; set; }

    /// <summary>Epoch with the lowest validation loss.</summary>
    public int? BestEpoch { get; set; }

    /// <summary>Lowest validation loss.</summary>
    public double? BestValLoss { get; set; }

    /// <summary>Highest validation accuracy.</summary>
    public double? BestValAccuracy { get; set; }

    /// <summary>Training loss of the last epoch.</summary>
    public double? TrainLoss { get; set; }

    /// <summary>Sum of the epochs' seconds.</summary>
    public double TrainSeconds { get; set; }

    /// <summary>Test images.</summary>
    public int? TestCount { get; set; }

    /// <summary>Test accuracy.</summary>
    public double? Accuracy { get; set; }

    /// <summary>Test balanced accuracy.</summary>
    public double? BalancedAccuracy { get; set; }

    /// <summary>Test sensitivity.</summary>
    public double? Sensitivity { get; set; }

    /// <summary>Test specificity.</summary>
    public double? Specificity { get; set; }

    /// <summary>Test F1.</summary>
    public double? F1 { get; set; }

    /// <summary>Area under the test ROC curve.</summary>
    public double? Auc { get; set; }

    /// <summary>Test log loss.</summary>
    public double? LogLoss { get; set; }

    /// <summary>Hash of the test set that the figures belong to.</summary>
    public string? TestSetHash { get; set; }
}
