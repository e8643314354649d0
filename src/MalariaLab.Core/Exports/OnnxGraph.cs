using System.Buffers.Binary;
using MalariaLab.Core.Serialization;

namespace MalariaLab.Core.Exports;

/// <summary>An ONNX GraphProto in the making; numbers of fields and types are those of onnx.proto.</summary>
internal sealed class OnnxGraph
{
    private const int FloatType = 1, Int64Type = 7;
    private readonly ProtobufWriter nodes = new();
    private readonly List<(byte[] Head, SafetensorsEntry Entry)> weights = [];

    /// <summary>A computation whose one output has the node's name.</summary>
    public string Node(string type, string name, IReadOnlyList<string> inputs, params IReadOnlyList<Action<ProtobufWriter>> attributes)
    {
        nodes.Message(1, node =>
        {
            foreach (var input in inputs) node.Text(1, input);
            node.Text(2, name).Text(3, name).Text(4, type);
            foreach (var attribute in attributes) node.Message(5, attribute);
        });
        return name;
    }

    /// <summary>An attribute of one whole number.</summary>
    public static Action<ProtobufWriter> Int(string name, long value) => attribute => attribute.Text(1, name).Integer(3, value).Integer(20, 2);

    /// <summary>An attribute of one number.</summary>
    public static Action<ProtobufWriter> Float(string name, double value) => attribute => attribute.Text(1, name).Float(2, (float)value).Integer(20, 1);

    /// <summary>An attribute of whole numbers.</summary>
    public static Action<ProtobufWriter> Ints(string name, params long[] values) => attribute =>
    {
        attribute.Text(1, name);
        foreach (var value in values) attribute.Integer(8, value);
        attribute.Integer(20, 7);
    };

    /// <summary>A short constant of whole numbers.</summary>
    public string Constant(string name, params long[] values)
    {
        nodes.Message(5, tensor => Tensor(tensor, name, Int64Type, [values.Length]).Integers(7, values));
        return name;
    }

    /// <summary>A constant of numbers.</summary>
    public string Constant(string name, long[] shape, IReadOnlyList<float> values)
    {
        var raw = new byte[values.Count * sizeof(float)];
        for (var i = 0; i < values.Count; i++) BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        nodes.Message(5, tensor => Tensor(tensor, name, FloatType, shape).Bytes(9, raw));
        return name;
    }

    /// <summary>Weights whose bytes stay in their file until the model is written: both formats keep float32 little-endian and row-major.</summary>
    public string Weights(SafetensorsEntry entry)
    {
        weights.Add((Tensor(new(), entry.Name, FloatType, entry.Shape).Begin(9, entry.Bytes).ToArray(), entry));
        return entry.Name;
    }

    /// <summary>An input or output of float32 with any number of images.</summary>
    public void Value(int field, string name, string description, params IReadOnlyList<long> shape) => nodes.Message(field, value => value
        .Text(1, name)
        .Message(2, type => type.Message(1, tensor => tensor.Integer(1, FloatType).Message(2, dimensions =>
        {
            dimensions.Message(1, batch => batch.Text(2, "batch"));
            foreach (var side in shape) dimensions.Message(1, dimension => dimension.Integer(1, side));
        })))
        .Text(3, description));

    /// <summary>The graph as pieces in order: bytes, then (where not null) a tensor of the weights file.</summary>
    public IReadOnlyList<(byte[] Bytes, SafetensorsEntry? Entry)> Finish(string name)
    {
        nodes.Text(2, name);
        var pieces = new List<(byte[], SafetensorsEntry?)> { (nodes.ToArray(), null) };
        foreach (var (head, entry) in weights)
            pieces.Add(([.. new ProtobufWriter().Begin(5, head.Length + entry.Bytes).ToArray(), .. head], entry));
        return pieces;
    }

    private static ProtobufWriter Tensor(ProtobufWriter tensor, string name, int type, IEnumerable<long> shape)
    {
        foreach (var side in shape) tensor.Integer(1, side);
        return tensor.Integer(2, type).Text(8, name);
    }
}
