using System.Security.Cryptography;
using MalariaLab.Core.Serialization;
using MalariaLab.Torch;

namespace MalariaLab.Training.Serialization;

/// <summary>What a safetensors file held.</summary>
/// <param name="Tensors">By name, on the CPU.</param>
/// <param name="Metadata">Text that the writer added.</param>
public sealed record SafetensorsContents(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Reads and writes safetensors files: named tensors and nothing that could run.</summary>
public static class Safetensors
{
    private const int ChunkBytes = 1 << 22;

    /// <summary>All tensors of a file, in the current dispose scope.</summary>
    /// <exception cref="SafetensorsException">The file is no sound safetensors file.</exception>
    public static SafetensorsContents Load(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var name = Path.GetFileName(path);
        var header = SafetensorsHeader.Read(file, name);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.Entries)
        {
            var tensor = torch.empty(entry.Shape, TypeOf(entry.Dtype));
            tensors.Add(entry.Name, tensor);
            for (long at = 0; at < entry.Bytes; at += ChunkBytes)
            {
                var chunk = Bytes(tensor, at, entry.Bytes);
                file.ReadExactly(chunk);
                if (entry.Dtype == ElementType.Bool && chunk.ContainsAnyExceptInRange((byte)0, (byte)1))
                    throw SafetensorsHeader.Bad(name, $"tensor \"{entry.Name}\" holds truth values other than 0 and 1");
            }
        }
        return new SafetensorsContents(tensors, header.Metadata);
    }

    /// <summary>
    /// Writes tensors, in this order, and text beside them. The file appears under its name complete and on the disk, or not at all.
    /// </summary>
    /// <returns>SHA-256 of the file, in lower-case hexadecimal.</returns>
    public static string Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var list = tensors.ToList();
        var entries = new List<SafetensorsEntry>(list.Count);
        long offset = 0;
        foreach (var (name, tensor) in list)
        {
            var bytes = tensor.numel() * tensor.dtype.ElementSize();
            entries.Add(new SafetensorsEntry(name, Enum.Parse<ElementType>(tensor.dtype.ToString()), tensor.shape, offset, bytes));
            offset += bytes;
        }

        Leftovers.Delete(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path) + ".*.tmp");
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                Append(SafetensorsHeader.Write(entries, metadata ?? new Dictionary<string, string>()));
                for (var i = 0; i < list.Count; i++)
                {
                    using var scope = torch.NewDisposeScope();
                    var dense = list[i].Value.detach().cpu().contiguous();
                    for (long at = 0; at < entries[i].Bytes; at += ChunkBytes)
                        Append(Bytes(dense, at, entries[i].Bytes));
                }
                file.Flush(flushToDisk: true);

                void Append(ReadOnlySpan<byte> bytes)
                {
                    file.Write(bytes);
                    hash.AppendData(bytes);
                }
            }
            File.Move(temporary, path, overwrite: true);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>LibTorch's type of a file's elements; both have the same names.</summary>
    internal static ScalarType TypeOf(ElementType type) => Enum.Parse<ScalarType>(type.ToString());

    private static unsafe Span<byte> Bytes(Tensor tensor, long start, long total) =>
        new((byte*)tensor.data_ptr() + start, (int)Math.Min(ChunkBytes, total - start));
}
