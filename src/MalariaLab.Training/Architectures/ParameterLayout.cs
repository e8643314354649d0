using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Training.Architectures;

/// <summary>What a tensor of a network is.</summary>
public enum ParameterRole { Weight, Bias, Scale, Shift, RunningMean, RunningVariance }

/// <summary>One tensor of a network and its place in one of two flat buffers.</summary>
/// <param name="Name"><c>layer.weight</c>, <c>layer.bias</c>, <c>layer.running_mean</c> or <c>layer.running_var</c>.</param>
/// <param name="Layer">The layer that it belongs to.</param>
/// <param name="Role">What it is there.</param>
/// <param name="Shape">LibTorch's shape: OIHW for convolutions, (out, in) for dense layers whose inputs after Flatten count row, column, channel.</param>
/// <param name="Trains">True when it lies in the buffer that the optimizer updates.</param>
/// <param name="Offset">First element in its buffer.</param>
public sealed record ParameterSlot(string Name, Layer Layer, ParameterRole Role, long[] Shape, bool Trains, long Offset)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, side) => product * side);
}

/// <summary>
/// All tensors of a network under a freeze choice, laid out in two buffers: what trains, and what stays (frozen weights and running statistics).
/// One buffer makes an optimizer step one pass over memory, and lets replicas share weights.
/// </summary>
public sealed class ParameterLayout
{
    // A cache line of floats: every tensor starts aligned; the gaps hold zeros whose gradients are zero.
    private const int Alignment = 16;

    /// <summary>Lays out the tensors of <paramref name="graph"/>.</summary>
    public ParameterLayout(NetworkGraph graph, WeightsSpec weights)
    {
        Graph = graph;
        var slots = new List<ParameterSlot>();
        foreach (var layer in graph.Layers)
        {
            var frozen = graph.IsFrozen(layer, weights);
            foreach (var (role, shape) in Tensors(graph, layer))
            {
                var trains = !frozen && role is not (ParameterRole.RunningMean or ParameterRole.RunningVariance);
                var slot = new ParameterSlot($"{layer.Name}.{Suffix(role)}", layer, role, shape, trains, trains ? TrainableLength : FixedLength);
                slots.Add(slot);
                var end = (slot.Offset + slot.Count + Alignment - 1) / Alignment * Alignment;
                (TrainableLength, FixedLength) = trains ? (end, FixedLength) : (TrainableLength, end);
            }
        }
        Slots = slots;
    }

    /// <summary>The network.</summary>
    public NetworkGraph Graph { get; }

    /// <summary>Tensors in order of computation.</summary>
    public IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>Elements of the trained buffer.</summary>
    public long TrainableLength { get; }

    /// <summary>Elements of the other buffer.</summary>
    public long FixedLength { get; }

    private static string Suffix(ParameterRole role) => role switch
    {
        ParameterRole.Weight or ParameterRole.Scale => "weight",
        ParameterRole.Bias or ParameterRole.Shift => "bias",
        ParameterRole.RunningMean => "running_mean",
        _ => "running_var",
    };

    private static IEnumerable<(ParameterRole, long[])> Tensors(NetworkGraph graph, Layer layer)
    {
        var input = layer.Inputs.Count > 0 ? graph[layer.Inputs[0]].Shape : layer.Shape;
        switch (layer.Op)
        {
            case Conv2D conv:
                yield return (ParameterRole.Weight, [conv.Filters, input.Channels, conv.Kernel, conv.Kernel]);
                if (conv.Bias)
                    yield return (ParameterRole.Bias, [conv.Filters]);
                break;
            case Dense or Output:
                yield return (ParameterRole.Weight, [layer.Shape.Channels, input.Channels]);
                yield return (ParameterRole.Bias, [layer.Shape.Channels]);
                break;
            case BatchNorm:
                foreach (var role in new[] { ParameterRole.Scale, ParameterRole.Shift, ParameterRole.RunningMean, ParameterRole.RunningVariance })
                    yield return (role, [input.Channels]);
                break;
        }
    }
}
