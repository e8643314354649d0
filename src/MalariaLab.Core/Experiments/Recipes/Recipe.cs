using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Core.Experiments;

/// <summary>A preset of an experiment, with where it comes from and what its author reported.</summary>
public sealed record Recipe
{
    /// <summary>Short name for links and the command line, for example <c>basic-cnn</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>What it does, in one or two sentences.</summary>
    public required string Description { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>What its author reported; null for the lab's own.</summary>
    public string? Reported { get; init; }

    /// <summary>Where the preset leaves its source or fills a gap, and what to know when comparing with it.</summary>
    public string? Note { get; init; }

    /// <summary>The split that the source made, to be offered when there is none.</summary>
    public required SplitPlan Split { get; init; }

    /// <summary>True when the source starts from ImageNet weights: a matching imported file should be chosen where the lab has one.</summary>
    public bool StartsFromImageNet { get; init; }

    /// <summary>Architecture, input size and channels.</summary>
    public required ArchitectureSpec Architecture { get; init; }

    /// <summary>Start and freezing.</summary>
    public WeightsSpec Weights { get; init; } = new();

    /// <summary>Resize and scaling.</summary>
    public required PreprocessingSpec Preprocessing { get; init; }

    /// <summary>Random changes of training images.</summary>
    public AugmentationSpec Augmentation { get; init; } = new();

    /// <summary>Update rule.</summary>
    public required OptimizerSpec Optimizer { get; init; }

    /// <summary>Learning-rate schedule.</summary>
    public ScheduleSpec Schedule { get; init; } = new();

    /// <summary>Loss options.</summary>
    public LossSpec Loss { get; init; } = new();

    /// <summary>Early stopping.</summary>
    public EarlyStoppingSpec? EarlyStopping { get; init; }

    /// <summary>Epochs, batch size and the rest of the loop.</summary>
    public required TrainingSpec Training { get; init; }

    /// <summary>Scoring options.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>The preset for these data, with the head's own sizes written out so that the spec says everything.</summary>
    /// <param name="data">Dataset version and split.</param>
    /// <param name="classes">Number of classes: more than two take a softmax.</param>
    /// <param name="epochs">Instead of the preset's epochs.</param>
    /// <param name="seed">Instead of the preset's seed.</param>
    public ExperimentSpec CreateSpec(DataSpec data, int classes, int? epochs = null, long? seed = null)
    {
        var architecture = ArchitectureCatalogue.Find(Architecture.Key)!;
        return new()
        {
            Recipe = Key,
            Data = data,
            Architecture = Architecture with
            {
                HeadUnits = [.. architecture.HeadUnits],
                Dropout = architecture.Dropout,
                Output = architecture.OutputFor(Architecture, classes),
            },
            Weights = Weights,
            Preprocessing = Preprocessing,
            Augmentation = Augmentation,
            Optimizer = Optimizer,
            // A try of one epoch would end before the warm-up does.
            Schedule = epochs is { } few ? Schedule with { WarmUpEpochs = Math.Min(Schedule.WarmUpEpochs, Math.Max(few, 0) / 2.0) } : Schedule,
            Loss = Loss,
            EarlyStopping = EarlyStopping,
            Training = Training with { Epochs = epochs ?? Training.Epochs, Seed = seed ?? Training.Seed },
            Evaluation = Evaluation,
        };
    }
}
