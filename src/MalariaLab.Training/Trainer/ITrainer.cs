namespace MalariaLab.Training;

/// <summary>Trains and scores one network.</summary>
public interface ITrainer
{
    /// <summary>
    /// Runs to the end on the calling thread, which should be a thread of its own: native state (seed, thread count, dispose scopes) belongs to it.
    /// Goes on from the newest sound checkpoint in <see cref="TrainingRequest.CheckpointFolder"/> when there is one of the same spec.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled, within one batch; the checkpoint of the last finished epoch is kept.</exception>
    /// <exception cref="TrainingFailedException">The run can't go on; the message is for people, the last good checkpoint is kept.</exception>
    TrainingOutcome Run(TrainingRequest request, ITrainingObserver observer, CancellationToken cancellation);
}

/// <summary>What a training tells while it runs; calls come one at a time, progress possibly from another thread than the rest.</summary>
public interface ITrainingObserver
{
    /// <summary>Another stage begins.</summary>
    void OnStage(TrainingStage stage);

    /// <summary>Where the run is now; at most once a second.</summary>
    void OnProgress(RunProgress progress);

    /// <summary>
    /// An epoch is finished and its checkpoint is on disk. The next epoch begins when this returns, so it must return only when the record is durable.
    /// After a resume the epochs of the checkpoint are told again, in order: storing one twice must be harmless.
    /// </summary>
    void OnEpoch(EpochRecord epoch);

    /// <summary>A line for the run's log.</summary>
    void OnLog(string line);
}

/// <summary>Stages of a training; they are the states Preparing, Training and Evaluating of a run.</summary>
public enum TrainingStage { Preparing, Training, Evaluating }
