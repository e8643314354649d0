namespace MalariaLab.Core.Experiments;

/// <summary>Loss options over binary or categorical cross-entropy.</summary>
public sealed record LossSpec
{
    /// <summary>ε of label smoothing, 0 ≤ ε &lt; 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Weights of classes in the loss.</summary>
    public ClassWeighting ClassWeighting { get; init; } = ClassWeighting.None;

    /// <summary>For <see cref="ClassWeighting.Given"/>: one weight a class, in class order.</summary>
    public ValueList<double> ClassWeights { get; init; } = [];
}

/// <summary><c>Balanced</c>: n / (classes · count of the class), over the training part.</summary>
public enum ClassWeighting { None, Balanced, Given }
