using System.Text.Json.Serialization;

namespace MalariaLab.Core.Experiments;

/// <summary>
/// Everything that decides a run's numbers: data, network, preprocessing, augmentation, optimisation and seed.
/// Immutable; a change makes a new spec with another <see cref="SpecJson.Hash"/>.
/// </summary>
public sealed record ExperimentSpec
{
    /// <summary>Key of the recipe that the spec was made from, for example <c>lenet</c>; see the recipe catalogue.</summary>
    public required string Recipe { get; init; }

    /// <summary>Which images, cut how.</summary>
    public required DataSpec Data { get; init; }

    /// <summary>Which network, on which input size.</summary>
    public required ArchitectureSpec Architecture { get; init; }

    /// <summary>Where the first weights come from and which of them stay as they are.</summary>
    public WeightsSpec Weights { get; init; } = new();

    /// <summary>How a decoded image becomes network input.</summary>
    public PreprocessingSpec Preprocessing { get; init; } = new();

    /// <summary>Random changes of training images; all off by default.</summary>
    public AugmentationSpec Augmentation { get; init; } = new();

    /// <summary>The update rule.</summary>
    public required OptimizerSpec Optimizer { get; init; }

    /// <summary>How the learning rate moves.</summary>
    public ScheduleSpec Schedule { get; init; } = new();

    /// <summary>Loss and class weighting.</summary>
    public LossSpec Loss { get; init; } = new();

    /// <summary>When to stop before the last epoch.</summary>
    public EarlyStoppingSpec? EarlyStopping { get; init; }

    /// <summary>Epochs, batches, seed and numerics.</summary>
    public TrainingSpec Training { get; init; } = new();

    /// <summary>How the finished network is scored.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>True when the backbone never changes and every image enters it in one way only, so that its outputs are computed once for all epochs.</summary>
    [JsonIgnore]
    public bool HasFixedFeatures => Weights.Freeze == FreezeMode.Backbone && Augmentation.IsNone && Evaluation.TestTimeViews == 1;

    /// <summary>True when the test scores the epoch with the lowest validation loss instead of the last one.</summary>
    [JsonIgnore]
    public bool TestsBestEpoch => Training.UseBestEpoch || EarlyStopping is { RestoreBest: true };
}
