using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Torch;
using static MalariaLab.Torch.torch.nn;

namespace MalariaLab.Training.Architectures;

/// <summary>What one forward pass needs besides its input.</summary>
/// <param name="Training">True: dropout drops and batch normalisation uses the batch.</param>
/// <param name="DropoutMask">Factors [images × units] for a dropout layer: 0 or 1/(1 − rate). Needed only in training.</param>
/// <param name="Group">The shards of a batch, whose statistics batch normalisation takes together; null where the images are the whole batch.</param>
/// <param name="Shard">Which of them these images are.</param>
public sealed record ForwardPass(bool Training, Func<Layer, long, Tensor>? DropoutMask, ShardGroup? Group = null, int Shard = 0)
{
    /// <summary>Scoring.</summary>
    public static ForwardPass Inference { get; } = new(false, null);
}

/// <summary>
/// Interprets a <see cref="NetworkGraph"/> on LibTorch. Its parameters are leaves over the memory of <see cref="NetworkWeights"/>, so several replicas,
/// each with a gradient buffer of its own, can work on one set of weights.
/// </summary>
public sealed class Network : IDisposable
{
    private readonly NetworkGraph _graph;
    private readonly bool _onCpu;
    private readonly DisposableLeaves _leaves = new();
    private readonly NetworkPlan _plan;
    private readonly HashSet<string> _frozen;

    /// <summary>A replica over weights.</summary>
    /// <param name="weights">Memory of the parameters.</param>
    /// <param name="gradients">Buffer like <see cref="NetworkWeights.Trainable"/> to which backward adds; null for scoring only.</param>
    public Network(NetworkWeights weights, Tensor? gradients = null)
    {
        _graph = weights.Layout.Graph;
        _onCpu = weights.Trainable.device.Type == DeviceType.CPU;
        _plan = new NetworkPlan(_graph);
        _frozen = [.. weights.Layout.Slots.Where(slot => slot.Role == ParameterRole.Scale && !slot.Trains).Select(slot => slot.Layer.Name)];
        using var scope = torch.NewDisposeScope();
        foreach (var slot in weights.Layout.Slots)
        {
            var leaf = weights.View(slot).detach().DetachFromDisposeScope();
            if (slot.Trains && gradients is not null)
            {
                leaf.requires_grad_();
                leaf.grad = weights.View(slot, gradients);
            }
            _leaves.Add(slot.Name, leaf);
        }
    }

    /// <summary>Images [n, channels, height, width] to logits [n, units].</summary>
    public Tensor Forward(Tensor images, ForwardPass pass) => Run(images, pass, _graph.Layers[0], _graph.Layers[^1]);

    /// <summary>Output of the backbone's last layer.</summary>
    public Tensor Features(Tensor images) => Run(images, ForwardPass.Inference, _graph.Layers[0], _graph.Features);

    /// <summary>The head alone, on features [n, channels, height, width].</summary>
    public Tensor Head(Tensor features, ForwardPass pass) => Run(features, pass, _graph.Features, _graph.Layers[^1]);

    /// <summary>Frees the leaves; the weights stay.</summary>
    public void Dispose() => _leaves.Dispose();

    private Tensor Run(Tensor input, ForwardPass pass, Layer from, Layer to)
    {
        var outputs = new Dictionary<string, Tensor> { [from.Name] = input };
        foreach (var layer in _plan.Between(from, to))
        {
            outputs[layer.Name] = Apply(layer, layer.Inputs.Select(name => outputs[name]).ToArray(), pass);
            foreach (var spent in _plan.LastUsedBy(layer))
                // Autograd keeps what it needs; this only lets go of the rest before the scope ends.
                if (outputs.Remove(spent, out var tensor) && !ReferenceEquals(tensor, input) && !ReferenceEquals(tensor, outputs[layer.Name]))
                    tensor.Dispose();
        }
        return outputs[to.Name];
    }

    private Tensor Apply(Layer layer, Tensor[] inputs, ForwardPass pass)
    {
        var x = inputs[0];
        return layer.Op switch
        {
            Conv2D conv => Convolution(x, layer, conv, pass),
            // max(ReLU(x)) = ReLU(max(x)), and the second does a quarter of the work.
            MaxPool pool when _plan.ActivatesItsInput(layer) => functional.relu_max_pool2d(x, pool.Pool, pool.Stride),
            MaxPool pool => functional.max_pool2d(x, [pool.Pool, pool.Pool], [pool.Stride, pool.Stride]),
            AvgPool pool => functional.avg_pool2d(x, [pool.Pool, pool.Pool], [pool.Stride, pool.Stride]),
            GlobalAvgPool => x.mean([2, 3]),
            // As in Keras, a pool of single pixels: the gradient of a slice would lose the channels-last layout for all layers before.
            Subsample sub => functional.max_pool2d(x, [1, 1], [sub.Stride, sub.Stride]),
            ZeroPad when _plan.IsTakenByConvolution(layer) => x,
            ZeroPad pad => functional.pad(x, [pad.Pixels, pad.Pixels, pad.Pixels, pad.Pixels]),
            BatchNorm norm when pass is { Training: true, Group: { } group } && !_frozen.Contains(layer.Name) => group.batch_norm(x, Leaf(layer, "running_mean"),
                Leaf(layer, "running_var"), Leaf(layer, "weight"), Leaf(layer, "bias"), 1 - norm.Momentum, norm.Epsilon, _plan.IsFollowedByReluOnly(layer), pass.Shard),
            BatchNorm norm => functional.batch_norm(x, Leaf(layer, "running_mean"), Leaf(layer, "running_var"), Leaf(layer, "weight"), Leaf(layer, "bias"),
                pass.Training && !_frozen.Contains(layer.Name), 1 - norm.Momentum, norm.Epsilon),
            Relu when pass is { Training: true, Group: not null } && _graph[layer.Inputs[0]] is { Op: BatchNorm } norm && !_frozen.Contains(norm.Name)
                && _plan.IsFollowedByReluOnly(norm) => x,
            Relu => _plan.IsOnlyUseOfInput(layer) ? x.relu_() : x.relu(),
            Flatten => x.permute(0, 2, 3, 1).reshape(x.size(0), -1),
            Dense dense => Activate(functional.linear(x, Leaf(layer, "weight"), Leaf(layer, "bias")), dense.Activation == Activation.Relu),
            Output => functional.linear(x, Leaf(layer, "weight"), Leaf(layer, "bias")),
            Dropout => pass.Training ? x.mul(pass.DropoutMask!(layer, x.size(0))) : x,
            Concat => torch.cat(inputs, 1),
            Add => inputs.Skip(1).Aggregate(x, (sum, next) => sum.add(next)),
            _ => throw new NotSupportedException($"Layer {layer.Name} is a {layer.Op.Type}, which the engine doesn't know."),
        };
    }

    private Tensor Convolution(Tensor x, Layer layer, Conv2D conv, ForwardPass pass)
    {
        var (weight, bias, margin) = (Leaf(layer, "weight"), conv.Bias ? Leaf(layer, "bias") : null, conv.Margin + _plan.MarginBefore(layer));
        var relu = conv.Activation == Activation.Relu && !_plan.IsActivatedByPool(layer);
        // A convolution of single pixels is one matrix product over channels-last memory. LibTorch takes it for a general one, image by image, where few
        // images are on one thread, and reorders the weights for every call where there are more.
        if (_onCpu && conv is { Kernel: 1, Stride: 1 })
            return Activate(functional.linear(x.permute(0, 2, 3, 1).reshape(-1, x.size(1)), weight.view(conv.Filters, -1), bias), relu)
                .view(x.size(0), x.size(2), x.size(3), conv.Filters).permute(0, 3, 1, 2);
        var pixels = x.size(0) * layer.Shape.Height * layer.Shape.Width;
        return Activate(_onCpu && pass.Training && pixels < 2 * x.size(1)
            ? functional.small_map_conv2d(x, weight, bias, conv.Stride, margin)
            : functional.conv2d(x, weight, bias, [conv.Stride, conv.Stride], [margin, margin]), relu);
    }

    private static Tensor Activate(Tensor x, bool relu) => relu ? x.relu_() : x;

    private Tensor Leaf(Layer layer, string name) => _leaves[$"{layer.Name}.{name}"];

    private sealed class DisposableLeaves : Dictionary<string, Tensor>, IDisposable
    {
        public void Dispose()
        {
            foreach (var leaf in Values)
                leaf.Dispose();
            Clear();
        }
    }
}
