namespace MalariaLab.Core.Experiments.Callbacks;

/// <summary>Where an <see cref="EarlyStopping"/> stands after an epoch; part of a checkpoint.</summary>
public sealed record EarlyStoppingState
{
    /// <summary>Lowest validation loss that counted as an improvement; null before the first.</summary>
    public double? Best { get; init; }

    /// <summary>Epoch of that loss, counted from 1; 0 before the first.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Epochs since then.</summary>
    public int Wait { get; init; }

    /// <summary>The epoch after which training ends, counted from 1; null while it goes on.</summary>
    public int? StoppedEpoch { get; init; }
}

/// <summary>
/// Keras' EarlyStopping on validation loss: stops when the wait reaches the patience. NaN is no improvement. Which weights are kept is the
/// caller's part: those of <see cref="EarlyStoppingState.BestEpoch"/> when the spec restores the best, as Keras 3 does also at the last epoch.
/// </summary>
/// <param name="spec">Patience and minimum delta.</param>
public sealed class EarlyStopping(EarlyStoppingSpec spec)
{
    /// <summary>State before the first epoch.</summary>
    public static EarlyStoppingState Start { get; } = new();

    /// <summary>State after an epoch, counted from 1, with this validation loss.</summary>
    public EarlyStoppingState Next(EarlyStoppingState state, int epoch, double valLoss)
    {
        if (valLoss < (state.Best ?? double.PositiveInfinity) - spec.MinDelta)
            return state with { Best = valLoss, BestEpoch = epoch, Wait = 0 };
        var wait = state.Wait + 1;
        return state with { Wait = wait, StoppedEpoch = wait >= spec.Patience ? epoch : null };
    }
}
