using System.Buffers.Binary;
using MalariaLab.Torch;

namespace MalariaLab.Training.Weights.Formats;

/// <summary>Little-endian elements of a file as float32.</summary>
internal static class Elements
{
    private const int ChunkElements = 1 << 14;

    /// <summary>Fills <paramref name="target"/> from where the stream stands.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before.</exception>
    public static void Read(Stream stream, ScalarType type, Span<float> target)
    {
        var size = type.ElementSize();
        var buffer = new byte[Math.Min(ChunkElements, target.Length) * size];
        while (!target.IsEmpty)
        {
            var count = Math.Min(ChunkElements, target.Length);
            stream.ReadExactly(buffer, 0, count * size);
            Convert(buffer, type, size, target[..count]);
            target = target[count..];
        }
    }

    private static void Convert(ReadOnlySpan<byte> bytes, ScalarType type, int size, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            var element = bytes.Slice(i * size, size);
            target[i] = type switch
            {
                ScalarType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                ScalarType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                ScalarType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                ScalarType.BFloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(element) << 16),
                ScalarType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
                ScalarType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                ScalarType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                ScalarType.Int8 => (sbyte)element[0],
                _ => element[0],
            };
        }
    }
}
