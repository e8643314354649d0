using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Core.Experiments;

/// <summary>A pace that this lab measured.</summary>
/// <param name="Spec">What was trained.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="ImagesPerSecond">Training images a second of a finished epoch.</param>
public sealed record MeasuredPace(ExperimentSpec Spec, int Classes, double ImagesPerSecond);

/// <summary>Time of an epoch by the lab's own history on one kind of device.</summary>
/// <param name="SecondsPerEpoch">Training and validation of one epoch.</param>
/// <param name="IsSameNetwork">True when runs of this network and size were measured; otherwise the figure is scaled by operations from other networks.</param>
/// <param name="Samples">Measured paces behind the figure.</param>
public sealed record TimeEstimate(double SecondsPerEpoch, bool IsSameNetwork, int Samples)
{
    /// <summary>
    /// The estimate, or null without usable history. Same network, size, channels and freezing: the median of their images a second. Otherwise the
    /// median rate of floating-point operations.
    /// </summary>
    /// <param name="spec">What is to be trained.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="trainImages">Images of the training part.</param>
    /// <param name="validationImages">Images of the validation part; each costs a forward pass.</param>
    /// <param name="history">Paces measured on the device that is asked about.</param>
    /// <exception cref="SpecException">The spec's network can't be built.</exception>
    public static TimeEstimate? For(ExperimentSpec spec, int classes, int trainImages, int validationImages, IEnumerable<MeasuredPace> history)
    {
        var graph = ArchitectureCatalogue.Build(spec.Architecture, classes);
        var flops = graph.TrainingFlops(spec.Weights);
        var work = trainImages + (validationImages * 2.0 * graph.ForwardMacs / flops);

        var measured = history.Where(p => p.ImagesPerSecond > 0 && double.IsFinite(p.ImagesPerSecond)).ToList();
        var same = measured.Where(p => IsSameNetworkAs(p.Spec, spec)).Select(p => p.ImagesPerSecond).ToList();
        if (same.Count > 0) return new(work / Median(same), IsSameNetwork: true, same.Count);
        // Epochs on fixed features say nothing about others: they are dozens of times as fast.
        var rates = measured
            .Where(p => !p.Spec.HasFixedFeatures)
            .Select(p => p.ImagesPerSecond * ArchitectureCatalogue.Build(p.Spec.Architecture, p.Classes).TrainingFlops(p.Spec.Weights))
            .ToList();
        return rates.Count == 0 ? null : new(work * flops / Median(rates), IsSameNetwork: false, rates.Count);
    }

    private static bool IsSameNetworkAs(ExperimentSpec a, ExperimentSpec b) =>
        (a.Architecture.Key, a.Architecture.BackboneKey, a.Architecture.Size, a.Architecture.Channels, a.Weights.Freeze, a.Training.Precision)
            == (b.Architecture.Key, b.Architecture.BackboneKey, b.Architecture.Size, b.Architecture.Channels, b.Weights.Freeze, b.Training.Precision)
        && (a.Weights.Freeze != FreezeMode.Before || a.Weights.TrainableFrom == b.Weights.TrainableFrom) && a.HasFixedFeatures == b.HasFixedFeatures;

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
