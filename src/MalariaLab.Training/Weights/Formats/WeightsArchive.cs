using System.Buffers.Binary;
using System.Text.Json.Serialization;
using MalariaLab.Training.Weights.Keras;

namespace MalariaLab.Training.Weights.Formats;

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Shape">Length of every axis, in the file's own order.</param>
public sealed record WeightsTensor(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    [JsonIgnore]
    public long Count => Shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>For sentences: <c>[64, 3, 3, 3]</c>.</summary>
    public static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}

/// <summary>Named tensors of a file in one of the formats that are read here. Nothing of the file is ever executed.</summary>
public abstract class WeightsArchive(string name) : IDisposable
{
    /// <summary>Elements of the largest tensor that is read.</summary>
    public const long LargestTensor = 1L << 29;

    private const int MagicBytes = 9;

    /// <summary>safetensors, pth or h5.</summary>
    public abstract string Format { get; }

    /// <summary>All tensors, in the order of the file.</summary>
    public abstract IReadOnlyList<WeightsTensor> Tensors { get; }

    /// <summary>Text that the writer added; empty in most formats.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Name for messages.</summary>
    protected string FileName => name;

    /// <summary>Values of one of <see cref="Tensors"/>, row-major in the file's shape, as float32.</summary>
    /// <exception cref="WeightsException">The file does not hold them.</exception>
    public abstract float[] Read(WeightsTensor tensor);

    /// <summary>Opens a file; its first bytes tell the format, whatever it is called.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What people call it, for messages.</param>
    /// <exception cref="WeightsException">It is of no known format, or broken.</exception>
    public static WeightsArchive Open(string path, string name)
    {
        Span<byte> magic = stackalloc byte[MagicBytes];
        using (var file = File.OpenRead(path))
            if (file.ReadAtLeast(magic, MagicBytes, throwOnEndOfStream: false) < MagicBytes)
                throw new WeightsException($"{name} is too short to be a weights file.");
        try
        {
            if (magic[0] == 0x89 && magic[1..8].SequenceEqual("HDF\r\n\u001a\n"u8))
                return new KerasArchive(path, name);
            if (BinaryPrimitives.ReadUInt32BigEndian(magic) == 0x504B0304)
                return new TorchZipArchive(path, name);
            if (magic[0] == 0x80 && magic[1] is >= 2 and <= 5)
                return new TorchLegacyArchive(path, name);
            // Eight bytes of length, then JSON.
            return magic[8] == '{' ? new SafetensorsArchive(path, name)
                : throw new WeightsException($"{name} is no weights file: safetensors, torchvision .pth and Keras .h5 files are read.");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new WeightsException($"{name} is damaged or cut off: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>A refusal that names the file.</summary>
    protected WeightsException Bad(string reason) => new($"{FileName} {reason}.");
}
