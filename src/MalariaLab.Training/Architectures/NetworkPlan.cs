using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Training.Architectures;

/// <summary>What the interpreter works out once about a graph: who uses what, when memory can go, and which ReLU can wait until after a pool.</summary>
internal sealed class NetworkPlan
{
    private readonly NetworkGraph _graph;
    private readonly Dictionary<string, int> _positions;
    private readonly Dictionary<string, List<Layer>> _users;
    private readonly ILookup<string, string> _lastUsedBy;

    public NetworkPlan(NetworkGraph graph)
    {
        _graph = graph;
        _positions = graph.Layers.Select((layer, i) => (layer.Name, i)).ToDictionary(p => p.Name, p => p.i);
        _users = graph.Layers.ToDictionary(layer => layer.Name, _ => new List<Layer>());
        foreach (var layer in graph.Layers)
            foreach (var input in layer.Inputs)
                _users[input].Add(layer);
        _lastUsedBy = _users.Where(pair => pair.Value.Count > 0).ToLookup(pair => pair.Value[^1].Name, pair => pair.Key);
    }

    /// <summary>Layers after <paramref name="from"/> up to <paramref name="to"/>.</summary>
    public IEnumerable<Layer> Between(Layer from, Layer to) =>
        _graph.Layers.Skip(_positions[from.Name] + 1).Take(_positions[to.Name] - _positions[from.Name]);

    /// <summary>Layers whose output nobody needs after this one.</summary>
    public IEnumerable<string> LastUsedBy(Layer layer) => _lastUsedBy[layer.Name];

    /// <summary>True when a layer alone reads its input and so may overwrite it.</summary>
    public bool IsOnlyUseOfInput(Layer layer) => _users[layer.Inputs[0]].Count == 1;

    /// <summary>True when a ReLU layer is all that reads a layer's output, so that the two can be one pass.</summary>
    public bool IsFollowedByReluOnly(Layer layer) => _users[layer.Name] is [{ Op: Relu }];

    /// <summary>Zeros around a layer's input that wait for it: a margin that only one convolution reads is no copy of its own.</summary>
    public int MarginBefore(Layer layer) => layer.Op is Conv2D && _graph[layer.Inputs[0]] is { Op: ZeroPad pad } margin && IsTakenByConvolution(margin) ? pad.Pixels : 0;

    /// <summary>True for such a margin.</summary>
    public bool IsTakenByConvolution(Layer pad) => _users[pad.Name] is [{ Op: Conv2D { Kernel: > 1 } }];

    /// <summary>True for a convolution with ReLU whose only user is a max pool: the pool does the ReLU.</summary>
    public bool IsActivatedByPool(Layer conv) => _users[conv.Name] is [{ Op: MaxPool }];

    /// <summary>True for that pool.</summary>
    public bool ActivatesItsInput(Layer pool) =>
        _graph[pool.Inputs[0]] is { Op: Conv2D { Activation: Activation.Relu } } conv && IsActivatedByPool(conv);
}
