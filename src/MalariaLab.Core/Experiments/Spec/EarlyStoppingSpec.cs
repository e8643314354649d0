namespace MalariaLab.Core.Experiments;

/// <summary>Keras' EarlyStopping on validation loss.</summary>
public sealed record EarlyStoppingSpec
{
    /// <summary>Epochs without improvement before the run stops.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>Smallest improvement that counts (absolute).</summary>
    public double MinDelta { get; init; }

    /// <summary>Take the weights of the best epoch for evaluation, also when the run reached its last epoch.</summary>
    public bool RestoreBest { get; init; } = true;
}
