namespace MalariaLab.Core.Runs;

/// <summary>One finished epoch. Values are what the training loop measured; undefined ones are null.</summary>
public sealed record EpochRecord
{
    /// <summary>Counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Mean training loss over the epoch's images, as seen (augmented, with dropout).</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Share of training images classified rightly, as seen.</summary>
    public required double TrainAccuracy { get; init; }

    /// <summary>Mean validation loss; null without validation images.</summary>
    public double? ValLoss { get; init; }

    /// <summary>Share of validation images classified rightly; null without validation images.</summary>
    public double? ValAccuracy { get; init; }

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Wall time of training and validation in seconds. Not part of reproducibility.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images a second. Not part of reproducibility.</summary>
    public required double ImagesPerSecond { get; init; }
}

/// <summary>What a live run is doing now; written at most once a second.</summary>
public sealed record RunProgress
{
    /// <summary>What happens: "Building the pixel cache", "Training", "Evaluating".</summary>
    public required string Stage { get; init; }

    /// <summary>Current epoch, from 1; 0 before the first.</summary>
    public int Epoch { get; init; }

    /// <summary>Epochs at most.</summary>
    public int Epochs { get; init; }

    /// <summary>Finished steps of this epoch (or images of this stage).</summary>
    public int Step { get; init; }

    /// <summary>Steps of this epoch (or images of this stage).</summary>
    public int Steps { get; init; }

    /// <summary>Running mean training loss of this epoch.</summary>
    public double? Loss { get; init; }

    /// <summary>Running training accuracy of this epoch.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Training images a second, lately.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Seconds left by the pace so far; null while unknown.</summary>
    public double? SecondsLeft { get; init; }
}
