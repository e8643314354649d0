namespace MalariaLab.Core.Experiments;

/// <summary>Loop parameters.</summary>
public sealed record TrainingSpec
{
    /// <summary>Epochs at most, ≥ 1.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Images a step, ≥ 1; the last batch of an epoch may be smaller.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Seed of weights, order, dropout and augmentation.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Batches whose gradients are summed before one update.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Global-norm clipping; 0 is off.</summary>
    public double GradientClipNorm { get; init; }

    /// <summary>Decay of the exponential moving average of the weights, used for validation and test; 0 is off.</summary>
    public double WeightEmaDecay { get; init; }

    /// <summary>Numeric precision of forward and backward passes.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>Bit-identical repeats on a CPU.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>Evaluate with the weights of the epoch with the lowest validation loss instead of the last; EarlyStopping.RestoreBest implies it.</summary>
    public bool UseBestEpoch { get; init; }

    /// <summary>Updates of the weights in an epoch over this many images.</summary>
    public int StepsPerEpoch(int images) => (((images + BatchSize - 1) / BatchSize) + AccumulationSteps - 1) / AccumulationSteps;
}

/// <summary>
/// Numeric precisions; <c>BFloat16</c> is autocast, on CUDA and on processors with AVX-512 BF16;
/// weights, normalisation, sums of gradients and scores stay float32.
/// </summary>
public enum Precision { Float32, BFloat16 }
