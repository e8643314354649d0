namespace MalariaLab.Core.Experiments;

/// <summary>How the learning rate moves; fields of other kinds are ignored.</summary>
public sealed record ScheduleSpec
{
    /// <summary>The kind.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Constant;

    /// <summary>Plateau and Step: factor of each reduction.</summary>
    public double Factor { get; init; } = 0.5;

    /// <summary>Plateau: epochs without improvement before a reduction.</summary>
    public int Patience { get; init; } = 2;

    /// <summary>Plateau: epochs of rest after a reduction.</summary>
    public int Cooldown { get; init; }

    /// <summary>Plateau: smallest improvement that counts (absolute).</summary>
    public double MinDelta { get; init; } = 1e-4;

    /// <summary>Plateau and Cosine: lowest learning rate.</summary>
    public double MinLearningRate { get; init; } = 1e-6;

    /// <summary>Step: epochs between reductions.</summary>
    public int StepEpochs { get; init; } = 10;

    /// <summary>Linear warm-up over this many epochs (fractions allowed), before any kind but Plateau and OneCycle.</summary>
    public double WarmUpEpochs { get; init; }

    /// <summary>OneCycle: share of all steps that the rate rises.</summary>
    public double RiseShare { get; init; } = 0.3;
}

/// <summary>Learning-rate schedules.</summary>
public enum ScheduleKind { Constant, Plateau, Step, Cosine, OneCycle }
