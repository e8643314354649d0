using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch.Optim;

/// <summary>
/// What one step of an optimizer does. g is the gradient, p the parameter, t the step from 1. With weight decay the gradient is
/// g + decay p, or (decoupled, as in AdamW) p first shrinks by the factor 1 - rate decay.
/// </summary>
public abstract record OptimizerRule
{
    private protected OptimizerRule() { }

    /// <summary>Rate of the first step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Strength of the pull towards 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether the decay bypasses the gradient's statistics.</summary>
    public bool DecoupledDecay { get; init; }

    /// <summary>Buffers that the rule carries from step to step.</summary>
    public abstract IReadOnlyList<string> StateNames { get; }

    internal virtual double InitialAccumulator => 0;

    internal virtual NativeOptimizer ToNative() => new() { WeightDecay = WeightDecay, DecoupledDecay = DecoupledDecay ? 1 : 0 };
}

/// <summary>
/// Without momentum p -= rate g. With it velocity = momentum velocity - rate g and p += velocity, or (Nesterov) p += momentum velocity - rate g.
/// </summary>
public sealed record SgdRule : OptimizerRule
{
    /// <summary>Share of the velocity that stays.</summary>
    public double Momentum { get; init; }

    /// <summary>Looks one step ahead.</summary>
    public bool Nesterov { get; init; }

    /// <summary>
    /// Whether the rate multiplies the velocity when it is applied (PyTorch) rather than the gradient that enters it (Keras): the two
    /// differ once a schedule changes the rate.
    /// </summary>
    public bool RateOnApply { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => Momentum == 0 ? [] : ["velocity"];

    internal override NativeOptimizer ToNative() =>
        base.ToNative() with { Algorithm = 0, Momentum = Momentum, Nesterov = Nesterov ? 1 : 0, RateOnApply = RateOnApply ? 1 : 0 };
}

/// <summary>accumulator += g²; p -= rate g / (sqrt(accumulator) + epsilon), or / sqrt(accumulator + epsilon).</summary>
public sealed record AdagradRule : OptimizerRule
{
    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>Keras 3 and tf.keras from 2.11 add epsilon under the root, earlier Keras and PyTorch beside it.</summary>
    public bool EpsilonInside { get; init; }

    /// <summary>Where the accumulator starts: 0 in Keras 2.3 and PyTorch, 0.1 in tf.keras 2 and Keras 3.</summary>
    public double InitialAccumulatorValue { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => ["accumulator"];

    internal override double InitialAccumulator => InitialAccumulatorValue;

    internal override NativeOptimizer ToNative() => base.ToNative() with { Algorithm = 1, Epsilon = Epsilon, EpsilonInside = EpsilonInside ? 1 : 0 };
}

/// <summary>
/// square = rho square + (1 - rho) g²; step = rate g / (sqrt(square) + epsilon), or / sqrt(square + epsilon); with momentum
/// velocity = momentum velocity + step and p -= velocity, else p -= step.
/// </summary>
public sealed record RmspropRule : OptimizerRule
{
    /// <summary>Share of the mean square that stays.</summary>
    public double Rho { get; init; } = 0.9;

    /// <summary>Share of the velocity that stays.</summary>
    public double Momentum { get; init; }

    /// <summary>
    /// Whether the rate multiplies the velocity when it is applied (PyTorch) rather than the gradient that enters it (Keras): the two
    /// differ once a schedule changes the rate.
    /// </summary>
    public bool RateOnApply { get; init; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>Keras 3 and tf.keras from 2.11 add epsilon under the root, earlier Keras and PyTorch beside it.</summary>
    public bool EpsilonInside { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => Momentum == 0 ? ["square_average"] : ["square_average", "velocity"];

    internal override NativeOptimizer ToNative() => base.ToNative() with
    {
        Algorithm = 2,
        Rho = Rho,
        Momentum = Momentum,
        Epsilon = Epsilon,
        EpsilonInside = EpsilonInside ? 1 : 0,
        RateOnApply = RateOnApply ? 1 : 0,
    };
}

/// <summary>
/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g². Keras: p -= rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon).
/// PyTorch: p -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon). AMSGrad takes the greatest v so far for v.
/// </summary>
public sealed record AdamRule : OptimizerRule
{
    /// <summary>Share of the mean that stays.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Share of the mean square that stays.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>Keras' "epsilon hat"; false: epsilon after the bias correction, as in PyTorch.</summary>
    public bool EpsilonHat { get; init; } = true;

    /// <summary>Divides by the greatest mean square so far.</summary>
    public bool Amsgrad { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => Amsgrad ? ["mean", "square_average", "greatest_square_average"] : ["mean", "square_average"];

    internal override NativeOptimizer ToNative() => base.ToNative() with
    {
        Algorithm = 3,
        Beta1 = Beta1,
        Beta2 = Beta2,
        Epsilon = Epsilon,
        EpsilonHat = EpsilonHat ? 1 : 0,
        Amsgrad = Amsgrad ? 1 : 0,
    };
}
