using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MalariaLab.Imaging.Cache;

/// <summary>
/// The file: a 4,096-byte header, the images one after another (height, width, channels), then one CRC-32C an image.
/// The header holds magic, sizes, a hash of the key and of the image names in order, a hash of the checksum table, and its own CRC.
/// It is written last, so that a file without its end never has a valid beginning.
/// </summary>
internal sealed class PixelCacheLayout(PixelCacheKey key, IReadOnlyList<PixelSource> sources)
{
    public const int HeaderBytes = 4096;

    private const int MeaningfulBytes = 96;

    private static readonly byte[] Magic = "MLPIXEL1"u8.ToArray();

    private readonly byte[] identity = Identify(key, sources);

    public int Count { get; } = sources.Count;

    public int ImageBytes { get; } = key.ImageBytes;

    public long TableOffset => ImageOffset(Count);

    public int TableBytes => Count * sizeof(uint);

    public long FileBytes => TableOffset + TableBytes;

    public long ImageOffset(int index) => HeaderBytes + ((long)index * ImageBytes);

    public byte[] Header(ReadOnlySpan<byte> table)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Count);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), ImageBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), FileBytes);
        identity.CopyTo(header, 32);
        SHA256.HashData(table, header.AsSpan(64, 32));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(MeaningfulBytes), Checksum(header.AsSpan(0, MeaningfulBytes)));
        return header;
    }

    /// <summary>CRC-32C, by the processor's own instruction where it has one.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }

    private static byte[] Identify(PixelCacheKey key, IReadOnlyList<PixelSource> sources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(key.FileName));
        foreach (var source in sources)
        {
            // A length before each name: "ab","c" and "a","bc" are different orders.
            hash.AppendData(BitConverter.GetBytes(source.Name.Length));
            hash.AppendData(Encoding.UTF8.GetBytes(source.Name));
        }
        return hash.GetHashAndReset();
    }
}
