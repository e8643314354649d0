using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Core.Serialization;

namespace MalariaLab.Core.Exports;

/// <summary>Pixels to network input: <c>output[o] = pixel[source(o)] · Factors[o] + Offsets[o]</c>, channels from last to first where <paramref name="BlueFirst"/>.</summary>
/// <param name="Factors">One a channel.</param>
/// <param name="Offsets">One a channel.</param>
/// <param name="BlueFirst">True when the network wants blue, green, red.</param>
public sealed record OnnxScaling(IReadOnlyList<float> Factors, IReadOnlyList<float> Offsets, bool BlueFirst);

/// <summary>
/// A trained network as an ONNX model (opset 17). The input <c>image</c> is float32 [batch, channels, side, side] with pixels from 0 to 255, red first; the
/// scaling is part of the graph. The output <c>probabilities</c> is float32 [batch, classes].
/// </summary>
public sealed class OnnxModel
{
    /// <summary>Name of the input.</summary>
    public const string InputName = "image";

    /// <summary>Name of the output.</summary>
    public const string OutputName = "probabilities";

    private const int IrVersion = 8, Opset = 17, CopyBytes = 1 << 16;

    private readonly IReadOnlyList<(byte[] Bytes, SafetensorsEntry? Entry)> pieces;

    private OnnxModel(IReadOnlyList<(byte[] Bytes, SafetensorsEntry? Entry)> pieces) => this.pieces = pieces;

    /// <summary>Bytes of the file.</summary>
    public long Length => pieces.Sum(Size);

    /// <summary>The model of a network with its weights.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="scaling">What happens to the pixels first.</param>
    /// <param name="weights">Header of the weights file.</param>
    /// <param name="metadata">Text that is kept with the model.</param>
    /// <exception cref="ExplainedException">The weights are not those of this network; the message names the first that differs.</exception>
    public static OnnxModel Create(NetworkGraph graph, OnnxScaling scaling, SafetensorsHeader weights, IReadOnlyDictionary<string, string> metadata)
    {
        var body = new Translation(graph, weights).Run(scaling);
        var head = new ProtobufWriter().Integer(1, IrVersion).Text(2, "MalariaLab").Message(8, set => set.Text(1, "").Integer(2, Opset));
        foreach (var (key, value) in metadata) head.Message(14, property => property.Text(1, key).Text(2, value));
        head.Begin(7, body.Sum(Size));
        return new([(head.ToArray(), null), .. body]);
    }

    /// <summary>Writes the model, copying the weights from their file.</summary>
    /// <param name="weights">The weights file whose header made the model; must be seekable.</param>
    /// <param name="target">Where to.</param>
    /// <param name="ct">Cancels between pieces.</param>
    public async Task WriteAsync(Stream weights, Stream target, CancellationToken ct)
    {
        var buffer = new byte[CopyBytes];
        foreach (var (bytes, entry) in pieces)
        {
            await target.WriteAsync(bytes, ct);
            if (entry is null) continue;
            weights.Position = entry.Offset;
            for (var left = entry.Bytes; left > 0;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
                await weights.ReadExactlyAsync(part, ct);
                await target.WriteAsync(part, ct);
                left -= part.Length;
            }
        }
    }

    private static long Size((byte[] Bytes, SafetensorsEntry? Entry) piece) => piece.Bytes.Length + (piece.Entry?.Bytes ?? 0);

    /// <summary>Layers to nodes. A node has its layer's name, so that the two can be laid side by side.</summary>
    private sealed class Translation(NetworkGraph graph, SafetensorsHeader weights)
    {
        private readonly OnnxGraph onnx = new();
        private readonly Dictionary<string, SafetensorsEntry> entries = weights.Entries.ToDictionary(entry => entry.Name);

        public IReadOnlyList<(byte[] Bytes, SafetensorsEntry? Entry)> Run(OnnxScaling scaling)
        {
            var (image, classes) = (graph.Image, graph.Output.Unit == OutputUnit.Sigmoid ? 2 : graph.Output.Units);
            onnx.Value(11, InputName, "Pixels from 0 to 255, RGB or grey, resized to the network's side.", image.Channels, image.Height, image.Width);
            foreach (var layer in graph.Layers)
                if (layer.Op is Input) Scale(layer.Name, scaling);
                else Add(layer);
            onnx.Value(12, OutputName, "Probability of each class.", classes);
            return onnx.Finish(graph.Architecture);
        }

        private void Scale(string name, OnnxScaling scaling)
        {
            var channels = scaling.Factors.Count;
            var pixels = InputName;
            if (scaling.BlueFirst)
            {
                var blueFirst = onnx.Constant("scaling/order", [.. Enumerable.Range(0, channels).Select(k => (long)(channels - 1 - k))]);
                pixels = onnx.Node("Gather", "scaling/blue_first", [InputName, blueFirst], OnnxGraph.Int("axis", 1));
            }
            var scaled = onnx.Node("Mul", "scaling/multiply", [pixels, onnx.Constant("scaling/factor", [1, channels, 1, 1], scaling.Factors)]);
            onnx.Node("Add", name, [scaled, onnx.Constant("scaling/offset", [1, channels, 1, 1], scaling.Offsets)]);
        }

        private void Add(Layer layer)
        {
            var (name, x) = (layer.Name, layer.Inputs[0]);
            switch (layer.Op)
            {
                case Conv2D conv:
                    Activate(name, conv.Activation, result => onnx.Node("Conv", result, [x, .. Tensors(layer, conv.Bias ? ["weight", "bias"] : ["weight"])],
                        Sides("kernel_shape", conv.Kernel), Sides("strides", conv.Stride), OnnxGraph.Ints("pads", conv.Margin, conv.Margin, conv.Margin, conv.Margin)));
                    break;
                case ZeroPad { Pixels: var margin }:
                    onnx.Node("Pad", name, [x, onnx.Constant($"{name}/pads", 0, 0, margin, margin, 0, 0, margin, margin)]);
                    break;
                case MaxPool pool:
                    onnx.Node("MaxPool", name, [x], Sides("kernel_shape", pool.Pool), Sides("strides", pool.Stride));
                    break;
                case AvgPool pool:
                    onnx.Node("AveragePool", name, [x], Sides("kernel_shape", pool.Pool), Sides("strides", pool.Stride));
                    break;
                case Subsample sub:
                    onnx.Node("MaxPool", name, [x], Sides("kernel_shape", 1), Sides("strides", sub.Stride));
                    break;
                case GlobalAvgPool:
                    onnx.Node("Flatten", name, [onnx.Node("GlobalAveragePool", $"{name}/map", [x])]);
                    break;
                case BatchNorm norm:
                    onnx.Node("BatchNormalization", name, [x, .. Tensors(layer, "weight", "bias", "running_mean", "running_var")], OnnxGraph.Float("epsilon", norm.Epsilon));
                    break;
                case Relu:
                    onnx.Node("Relu", name, [x]);
                    break;
                case Dropout:
                    onnx.Node("Identity", name, [x]);
                    break;
                case Flatten:
                    onnx.Node("Flatten", name, [onnx.Node("Transpose", $"{name}/rows_columns_channels", [x], OnnxGraph.Ints("perm", 0, 2, 3, 1))]);
                    break;
                case Dense dense:
                    Activate(name, dense.Activation, result => Gemm(layer, result));
                    break;
                case Output output:
                    Probabilities(output.Unit, Gemm(layer, name));
                    break;
                case Concat:
                    onnx.Node("Concat", name, layer.Inputs, OnnxGraph.Int("axis", 1));
                    break;
                case Experiments.Architectures.Add:
                    onnx.Node("Sum", name, layer.Inputs);
                    break;
                default:
                    throw new NotSupportedException($"Layer {name} is a {layer.Op.Type}, which has no counterpart in ONNX here.");
            }
        }

        private void Activate(string name, Activation activation, Func<string, string> sum)
        {
            if (activation == Activation.None) sum(name);
            else onnx.Node("Relu", name, [sum($"{name}/sum")]);
        }

        private string Gemm(Layer layer, string result) =>
            onnx.Node("Gemm", result, [layer.Inputs[0], .. Tensors(layer, "weight", "bias")], OnnxGraph.Int("transB", 1));

        private void Probabilities(OutputUnit unit, string logits)
        {
            if (unit == OutputUnit.Softmax)
            {
                onnx.Node("Softmax", OutputName, [logits], OnnxGraph.Int("axis", 1));
                return;
            }
            var second = onnx.Node("Sigmoid", "probability_second", [logits]);
            var first = onnx.Node("Sub", "probability_first", [onnx.Constant("one", [1], [1f]), second]);
            onnx.Node("Concat", OutputName, [first, second], OnnxGraph.Int("axis", 1));
        }

        private List<string> Tensors(Layer layer, params string[] suffixes)
        {
            var found = suffixes.Select(suffix => entries.GetValueOrDefault($"{layer.Name}.{suffix}")
                ?? throw new ExplainedException($"The weights lack the tensor {layer.Name}.{suffix}: they are not those of {graph.Architecture}.")).ToList();
            if (found.Find(entry => entry.Dtype != ElementType.Float32) is { } other)
                throw new ExplainedException($"The tensor {other.Name} holds {other.Dtype}; only float32 is exported.");
            var values = found.Sum(entry => entry.Bytes / sizeof(float));
            var wanted = layer.Parameters + layer.Statistics;
            if (values != wanted)
                throw new ExplainedException($"The tensors of layer {layer.Name} hold {values} values, but {graph.Architecture} has {wanted} there.");
            return found.ConvertAll(onnx.Weights);
        }

        private static Action<ProtobufWriter> Sides(string name, int side) => OnnxGraph.Ints(name, side, side);
    }
}
