namespace MalariaLab.Core.Jobs;

/// <summary>Executes one kind of job in the worker; found by <see cref="Kind"/> among the registered handlers.</summary>
public interface IJobHandler
{
    /// <summary>The kind.</summary>
    JobKind Kind { get; }

    /// <summary>
    /// Does the work. Starts on a thread of its own, so that blocking before the first await is fine.
    /// When <paramref name="cancellationToken"/> fires it saves what it can and throws <see cref="OperationCanceledException"/>;
    /// the caller then sets Canceled or Interrupted by <see cref="JobContext.Stop"/>. An <see cref="ExplainedException"/> fails the job with its message.
    /// </summary>
    /// <returns>The result as JSON, stored with a task; ignored for a run, which ends by its own last change of state.</returns>
    Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken);
}

/// <summary>Why a running job has to stop.</summary>
public enum StopReason
{
    /// <summary>It need not.</summary>
    None,

    /// <summary>A person canceled it: keep the checkpoint.</summary>
    Canceled,

    /// <summary>The worker shuts down: keep the checkpoint, the job is queued again.</summary>
    Shutdown,

    /// <summary>Another worker has it now: write nothing more.</summary>
    OwnershipLost,
}

/// <summary>The claimed job.</summary>
public sealed class JobContext
{
    /// <summary>Kind.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>Row id of the run, or of the task.</summary>
    public required long Id { get; init; }

    /// <summary>The ticket that allows writing.</summary>
    public required string Ticket { get; init; }

    /// <summary>Which start this is, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>A task's subject row id.</summary>
    public long? SubjectId { get; init; }

    /// <summary>A task's parameters as JSON.</summary>
    public string PayloadJson { get; init; } = "{}";

    /// <summary>A task's progress: stage in words and share done (0 to 1). Cheap to call often; written at most twice a second.</summary>
    public IProgress<(string Stage, double? Share)> Progress { get; init; } = new NoProgress();

    /// <summary>Why the cancellation token fired.</summary>
    public StopReason Stop { get; set; }

    private sealed class NoProgress : IProgress<(string Stage, double? Share)>
    {
        public void Report((string Stage, double? Share) value) { }
    }
}
