namespace MalariaLab.Training;

/// <summary>What a finished training leaves.</summary>
public sealed record TrainingOutcome
{
    /// <summary>Every epoch, also those before a resume.</summary>
    public required IReadOnlyList<EpochRecord> Epochs { get; init; }

    /// <summary>The epoch whose weights are kept and scored: the last, or the one with the lowest validation loss when the spec says so.</summary>
    public required int WeightsEpoch { get; init; }

    /// <summary>Safetensors file of those weights, below the checkpoint folder.</summary>
    public required string WeightsFile { get; init; }

    /// <summary>SHA-256 of that file, 64 hex digits.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>True when early stopping ended the run before its last epoch.</summary>
    public required bool StoppedEarly { get; init; }

    /// <summary>Scores of the validation and test parts that have images.</summary>
    public required IReadOnlyList<PartScores> Scores { get; init; }

    /// <summary>Device and library, for example "CPU, LibTorch 1.13.1, 4 threads".</summary>
    public required string Environment { get; init; }
}

/// <summary>Class probabilities of one part.</summary>
/// <param name="Part">The part.</param>
/// <param name="Indices">Manifest positions, ascending.</param>
/// <param name="Probabilities">Row by row in the order of <paramref name="Indices"/>, one column a class; a sigmoid unit gives (1 − p, p).</param>
/// <param name="Loss">Mean loss, smoothed like the training's but without class weights.</param>
public sealed record PartScores(SplitPart Part, IReadOnlyList<int> Indices, float[] Probabilities, double Loss);
