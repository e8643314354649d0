namespace MalariaLab.Training;

/// <summary>A training that can't go on; the message says why and what to change.</summary>
public sealed class TrainingFailedException : Exception
{
    /// <summary>Fails with a sentence for people.</summary>
    public TrainingFailedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>Epoch from 1, or 0 before training.</summary>
    public int Epoch { get; init; }

    /// <summary>Batch of the epoch, from 1, or 0 outside batches.</summary>
    public int Batch { get; init; }

    /// <summary>Learning rate of that batch.</summary>
    public double LearningRate { get; init; }
}
