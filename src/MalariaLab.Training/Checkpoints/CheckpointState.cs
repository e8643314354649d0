using MalariaLab.Core.Experiments.Callbacks;

namespace MalariaLab.Training.Checkpoints;

/// <summary>
/// Where a training stands after an epoch, beside its tensors. Order, augmentation and dropout are functions of (seed, epoch, image), so the epoch is
/// all that has to be kept of them.
/// </summary>
public sealed record CheckpointState
{
    /// <summary>Changes when older checkpoints can't be continued.</summary>
    public const int CurrentFormat = 2;

    /// <summary>Format of this record.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Hash of the spec: a checkpoint continues the run of this spec only.</summary>
    public required string SpecHash { get; init; }

    /// <summary>The program that wrote it.</summary>
    public required string Program { get; init; }

    /// <summary>Finished epochs, all of them.</summary>
    public required IReadOnlyList<EpochRecord> Epochs { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public required long Steps { get; init; }

    /// <summary>Where ReduceLROnPlateau stands; null with other schedules.</summary>
    public PlateauState? Plateau { get; init; }

    /// <summary>Where early stopping stands; null without it.</summary>
    public EarlyStoppingState? EarlyStopping { get; init; }

    /// <summary>Lowest validation loss and the weights that gave it; null without validation images.</summary>
    public BestEpoch? Best { get; init; }

    /// <summary>File of weights and optimizer state, in the same folder.</summary>
    public required FileProof Tensors { get; init; }
}

/// <summary>The epoch with the lowest validation loss.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="ValLoss">Its validation loss.</param>
/// <param name="Weights">Its weights.</param>
public sealed record BestEpoch(int Epoch, double ValLoss, FileProof Weights);

/// <summary>A file beside the state, with its SHA-256 in hexadecimal.</summary>
public sealed record FileProof(string Name, string Sha256);
