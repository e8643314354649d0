using MalariaLab.Torch.Optim;

namespace MalariaLab.Training.Optimizers;

/// <summary>From the spec's optimizer to the rule that LibTorch's flat optimizer applies.</summary>
public static class OptimizerRules
{
    /// <summary>The rule of a spec.</summary>
    public static OptimizerRule For(OptimizerSpec spec) => spec.Kind switch
    {
        OptimizerKind.Sgd => new SgdRule
        {
            LearningRate = spec.LearningRate,
            WeightDecay = spec.WeightDecay,
            Momentum = spec.Momentum,
            Nesterov = spec.Nesterov,
            RateOnApply = spec.EpsilonForm == EpsilonForm.PyTorch,
        },
        OptimizerKind.Adagrad => new AdagradRule
        {
            LearningRate = spec.LearningRate,
            WeightDecay = spec.WeightDecay,
            Epsilon = spec.Epsilon,
            EpsilonInside = spec.EpsilonForm == EpsilonForm.KerasInside,
            InitialAccumulatorValue = spec.InitialAccumulator,
        },
        OptimizerKind.RmsProp => new RmspropRule
        {
            LearningRate = spec.LearningRate,
            WeightDecay = spec.WeightDecay,
            Rho = spec.Rho,
            Momentum = spec.Momentum,
            RateOnApply = spec.EpsilonForm == EpsilonForm.PyTorch,
            Epsilon = spec.Epsilon,
            EpsilonInside = spec.EpsilonForm == EpsilonForm.KerasInside,
        },
        OptimizerKind.Adam or OptimizerKind.AmsGrad or OptimizerKind.AdamW => new AdamRule
        {
            LearningRate = spec.LearningRate,
            WeightDecay = spec.WeightDecay,
            DecoupledDecay = spec.Kind == OptimizerKind.AdamW,
            Beta1 = spec.Beta1,
            Beta2 = spec.Beta2,
            Epsilon = spec.Epsilon,
            EpsilonHat = spec.EpsilonForm != EpsilonForm.PyTorch,
            Amsgrad = spec.Kind == OptimizerKind.AmsGrad,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "Unknown optimizer."),
    };
}
