namespace MalariaLab.Core.Runs;

/// <summary>States of a run; see <see cref="RunStateMachine"/> for the moves between them.</summary>
public enum RunStatus { Draft, Queued, Preparing, Training, Evaluating, Succeeded, Failed, Canceled, Interrupted }

/// <summary>Which change of state may follow which.</summary>
public static class RunStateMachine
{
    /// <summary>Starts of a run before it is failed for good; an interruption counts as one.</summary>
    public const int MaxAttempts = 3;

    /// <summary>True when a run may go from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static bool Allows(RunStatus from, RunStatus to) => (from, to) switch
    {
        (RunStatus.Draft, RunStatus.Queued or RunStatus.Canceled) => true,
        (RunStatus.Queued, RunStatus.Preparing or RunStatus.Canceled or RunStatus.Failed) => true,
        (RunStatus.Preparing, RunStatus.Training or RunStatus.Evaluating) => true,
        (RunStatus.Training, RunStatus.Evaluating) => true,
        (RunStatus.Evaluating, RunStatus.Succeeded) => true,
        (RunStatus.Preparing or RunStatus.Training or RunStatus.Evaluating, RunStatus.Failed or RunStatus.Canceled or RunStatus.Interrupted) => true,
        (RunStatus.Interrupted, RunStatus.Queued or RunStatus.Failed or RunStatus.Canceled) => true,
        // Retry keeps the checkpoint: the run goes on where it stopped.
        (RunStatus.Failed or RunStatus.Canceled, RunStatus.Queued) => true,
        _ => false,
    };

    /// <summary>States in which a worker holds the run.</summary>
    public static bool IsActive(this RunStatus status) => status is RunStatus.Preparing or RunStatus.Training or RunStatus.Evaluating;

    /// <summary>States that last until someone asks for a change.</summary>
    public static bool IsFinished(this RunStatus status) => status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Canceled;
}
