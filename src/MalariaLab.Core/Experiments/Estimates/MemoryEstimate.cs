using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Core.Experiments;

/// <summary>Rough memory of a training on its device, in bytes, without LibTorch itself and the images.</summary>
/// <param name="Weights">Weights, their gradients, the optimizer's state and averaged weights.</param>
/// <param name="Activations">Layer outputs and their gradients for one batch.</param>
public readonly record struct MemoryEstimate(long Weights, long Activations)
{
    /// <summary>Both.</summary>
    public long Total => Weights + Activations;

    /// <summary>The estimate for a spec. A frozen part costs its weights and the largest output of one layer, which passes on and is freed.</summary>
    /// <exception cref="SpecException">The freeze choice names no block of the network.</exception>
    public static MemoryEstimate For(ExperimentSpec spec, NetworkGraph graph)
    {
        var count = graph.Count(spec.Weights);
        var copies = 1 + OptimizerStates(spec.Optimizer) + (spec.Training.WeightEmaDecay > 0 ? 1 : 0);
        var frozen = graph.Layers.Where(l => graph.IsFrozen(l, spec.Weights)).Select(l => l.Shape.Elements * sizeof(float)).DefaultIfEmpty().Max();
        var kept = graph.ActivationBytes(spec.Weights) * 2 / (spec.Training.Precision == Precision.BFloat16 ? 2 : 1);
        return new((count.Total + copies * count.Trainable) * sizeof(float), spec.Training.BatchSize * (kept + frozen));
    }

    private static int OptimizerStates(OptimizerSpec optimizer) => optimizer.Kind switch
    {
        OptimizerKind.Sgd => optimizer.Momentum > 0 ? 1 : 0,
        OptimizerKind.Adagrad => 1,
        OptimizerKind.RmsProp => optimizer.Momentum > 0 ? 2 : 1,
        OptimizerKind.AmsGrad => 3,
        _ => 2,
    };
}
