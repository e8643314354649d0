namespace MalariaLab.Core.Experiments;

/// <summary>The update rule; unused parameters of other rules are ignored and not part of the hash.</summary>
public sealed record OptimizerSpec
{
    /// <summary>The rule.</summary>
    public required OptimizerKind Kind { get; init; }

    /// <summary>First learning rate, &gt; 0.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Momentum of SGD and RMSprop, 0 ≤ m &lt; 1.</summary>
    public double Momentum { get; init; }

    /// <summary>Nesterov momentum for SGD.</summary>
    public bool Nesterov { get; init; }

    /// <summary>RMSprop's decay of the squared gradient.</summary>
    public double Rho { get; init; } = 0.9;

    /// <summary>Adam's first decay.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's second decay.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Guard against division by zero.</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>Whose formula: where epsilon stands, how Adam corrects its bias, and when the rate enters momentum.</summary>
    public EpsilonForm EpsilonForm { get; init; } = EpsilonForm.Keras;

    /// <summary>Start of Adagrad's accumulator.</summary>
    public double InitialAccumulator { get; init; }

    /// <summary>Decoupled for AdamW, otherwise added to the gradient (L2).</summary>
    public double WeightDecay { get; init; }
}

/// <summary>Update rules.</summary>
public enum OptimizerKind { Sgd, Adagrad, RmsProp, Adam, AmsGrad, AdamW }

/// <summary>
/// <c>Keras</c>: outside the root for Adagrad and RMSprop, "epsilon hat" for Adam. <c>KerasInside</c>: inside the root for Adagrad and RMSprop
/// (tf.keras from 2.11). <c>PyTorch</c>: Adam adds epsilon after the bias correction, and the velocity of SGD and RMSprop is multiplied by the rate as it
/// is applied rather than as it grows, which differs once a schedule changes the rate.
/// </summary>
public enum EpsilonForm { Keras, KerasInside, PyTorch }
