using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MalariaLab.Core.Serialization;

/// <summary>
/// Protocol Buffers' wire format, as far as TensorBoard's and ONNX' messages need it: write the fields of a message, take its bytes.
/// https://protobuf.dev/programming-guides/encoding/
/// </summary>
public sealed class ProtobufWriter
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> bytes = new();

    /// <summary>int32, int64, uint64, bool or enum.</summary>
    public ProtobufWriter Integer(int field, long value) => Key(field, Varint).Raw((ulong)value);

    /// <summary>double.</summary>
    public ProtobufWriter Double(int field, double value)
    {
        Span<byte> buffer = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(buffer, value);
        Key(field, Fixed64).bytes.Write(buffer);
        return this;
    }

    /// <summary>float.</summary>
    public ProtobufWriter Float(int field, float value)
    {
        Span<byte> buffer = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(buffer, value);
        Key(field, Fixed32).bytes.Write(buffer);
        return this;
    }

    /// <summary>string.</summary>
    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>bytes.</summary>
    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Begin(field, value.Length).bytes.Write(value);
        return this;
    }

    /// <summary>A message within this one.</summary>
    public ProtobufWriter Message(int field, Action<ProtobufWriter> write)
    {
        var inner = new ProtobufWriter();
        write(inner);
        return Bytes(field, inner.bytes.WrittenSpan);
    }

    /// <summary>Packed integers.</summary>
    public ProtobufWriter Integers(int field, IEnumerable<long> values)
    {
        var inner = new ProtobufWriter();
        foreach (var value in values) inner.Raw((ulong)value);
        return Bytes(field, inner.bytes.WrittenSpan);
    }

    /// <summary>Only the begin of a bytes or message field: its <paramref name="length"/> bytes are written by someone else.</summary>
    public ProtobufWriter Begin(int field, long length) => Key(field, LengthDelimited).Raw((ulong)length);

    /// <summary>What was written.</summary>
    public byte[] ToArray() => bytes.WrittenSpan.ToArray();

    private ProtobufWriter Key(int field, int wireType) => Raw((ulong)((field << 3) | wireType));

    private ProtobufWriter Raw(ulong value)
    {
        for (; value > 0x7F; value >>= 7) bytes.Write([(byte)(value | 0x80)]);
        bytes.Write([(byte)value]);
        return this;
    }
}
