namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>A network as data: layers in order of computation. Nothing is allocated; counts and costs follow from the shapes.</summary>
public sealed class NetworkGraph
{
    private readonly Dictionary<string, Layer> byName;

    internal NetworkGraph(string architecture, IReadOnlyList<Layer> layers)
    {
        Architecture = architecture;
        Layers = layers;
        byName = layers.ToDictionary(l => l.Name);
        Blocks = [.. layers.Where(l => !l.IsHead && l.Op is not Input).Select(l => l.Block).Distinct()];
    }

    /// <summary>Key of the architecture.</summary>
    public string Architecture { get; }

    /// <summary>All layers, the <see cref="Input"/> first and the <see cref="Architectures.Output"/> last.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Blocks of the backbone in order, the names for <see cref="WeightsSpec.TrainableFrom"/>.</summary>
    public IReadOnlyList<string> Blocks { get; }

    /// <summary>The layer of this name.</summary>
    public Layer this[string name] => byName[name];

    /// <summary>The image that goes in.</summary>
    public LayerShape Image => Layers[0].Shape;

    /// <summary>The last layer's operation: how many logits, and what makes probabilities of them.</summary>
    public Output Output => (Output)Layers[^1].Op;

    /// <summary>Last layer of the backbone: the features that a frozen backbone can cache and Grad-CAM looks at.</summary>
    public Layer Features => Layers.Last(l => !l.IsHead);

    /// <summary>Multiply-adds of the forward pass for one image.</summary>
    public long ForwardMacs => Layers.Sum(l => l.Macs);

    /// <summary>True when the freeze choice keeps the layer as loaded. A frozen batch normalisation works in inference mode.</summary>
    /// <exception cref="SpecException"><see cref="WeightsSpec.TrainableFrom"/> names no block of this network.</exception>
    public bool IsFrozen(Layer layer, WeightsSpec weights) => !layer.IsHead && weights.Freeze switch
    {
        FreezeMode.Backbone => true,
        FreezeMode.Before => layer.Op is Input || BlockIndex(layer.Block) < BlockIndex(weights.TrainableFrom),
        _ => false,
    };

    /// <summary>The layer table under a freeze choice.</summary>
    /// <exception cref="SpecException"><see cref="WeightsSpec.TrainableFrom"/> names no block of this network.</exception>
    public IReadOnlyList<LayerRow> Table(WeightsSpec weights) =>
    [
        .. Layers.Select(l =>
        {
            var frozen = IsFrozen(l, weights);
            return new LayerRow(l.Name, l.Op.Type, l.Block, l.Shape, frozen ? 0 : l.Parameters, l.Statistics + (frozen ? l.Parameters : 0), frozen);
        }),
    ];

    /// <summary>Parameters under a freeze choice.</summary>
    /// <exception cref="SpecException"><see cref="WeightsSpec.TrainableFrom"/> names no block of this network.</exception>
    public ParameterCount Count(WeightsSpec weights)
    {
        var table = Table(weights);
        return new(table.Sum(r => r.Trainable), table.Sum(r => r.NonTrainable));
    }

    /// <summary>
    /// Floating-point operations of one training step for one image: 2 a multiply-add forward, 4 more backward (by weights and by inputs)
    /// in layers that learn.
    /// </summary>
    public long TrainingFlops(WeightsSpec weights) => Layers.Sum(l => l.Macs * (IsFrozen(l, weights) ? 2 : 6));

    /// <summary>Bytes of float32 layer outputs that one training image keeps for the backward pass; a frozen part keeps none.</summary>
    public long ActivationBytes(WeightsSpec weights) => Layers.Where(l => !IsFrozen(l, weights)).Sum(l => l.Shape.Elements * sizeof(float));

    private int BlockIndex(string? block)
    {
        for (var i = 0; i < Blocks.Count; i++)
            if (Blocks[i] == block)
                return i;
        var named = string.IsNullOrEmpty(block) ? "No block is named" : $"\"{block}\" is not a block of {Architecture}";
        throw new SpecException("weights.trainableFrom", $"{named}; the blocks are {string.Join(", ", Blocks)}.");
    }
}
