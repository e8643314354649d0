namespace MalariaLab.Core.Experiments.Callbacks;

/// <summary>Where a <see cref="PlateauSchedule"/> stands after an epoch; part of a checkpoint.</summary>
public sealed record PlateauState
{
    /// <summary>Rate of the next epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Lowest validation loss that counted as an improvement; null before the first.</summary>
    public double? Best { get; init; }

    /// <summary>Epochs since then.</summary>
    public int Wait { get; init; }

    /// <summary>Epochs of rest that are left.</summary>
    public int CooldownLeft { get; init; }
}

/// <summary>
/// Keras' ReduceLROnPlateau: mode min, absolute minimum delta, fires when the wait reaches the patience. The epoch in which the rest ends
/// counts for the wait again; at the lowest rate nothing fires. NaN is no improvement.
/// </summary>
/// <param name="spec">Factor, patience, cooldown, minimum delta and lowest rate.</param>
public sealed class PlateauSchedule(ScheduleSpec spec)
{
    /// <summary>State before the first epoch.</summary>
    public static PlateauState Start(double learningRate) => new() { LearningRate = learningRate };

    /// <summary>State after an epoch with this validation loss.</summary>
    public PlateauState Next(PlateauState state, double valLoss)
    {
        if (state.CooldownLeft > 0)
            state = state with { CooldownLeft = state.CooldownLeft - 1, Wait = 0 };
        if (valLoss < (state.Best ?? double.PositiveInfinity) - spec.MinDelta)
            return state with { Best = valLoss, Wait = 0 };
        if (state.CooldownLeft > 0)
            return state;

        state = state with { Wait = state.Wait + 1 };
        return state.Wait >= spec.Patience && state.LearningRate > spec.MinLearningRate
            ? state with { LearningRate = Math.Max(state.LearningRate * spec.Factor, spec.MinLearningRate), CooldownLeft = spec.Cooldown, Wait = 0 }
            : state;
    }
}
