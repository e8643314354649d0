using System.Buffers.Binary;
using System.Text.Json;

namespace MalariaLab.Core.Serialization;

/// <summary>A file is not what it claims to be; the message says what is wrong with which file.</summary>
public sealed class SafetensorsException(string message) : ExplainedException(message);

/// <summary>Type of a tensor's elements.</summary>
public enum ElementType { Float64, Float32, Float16, BFloat16, Int64, Int32, Int16, Int8, Byte, Bool }

/// <summary>Where one tensor lies in a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Type of its elements.</param>
/// <param name="Shape">Length of every axis.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="Bytes">How many bytes.</param>
public sealed record SafetensorsEntry(string Name, ElementType Dtype, long[] Shape, long Offset, long Bytes);

/// <summary>
/// The header of a safetensors file: eight bytes of length, then JSON, then the tensors. It is believed only where every tensor lies
/// inside the file, has the bytes that its shape needs, and the tensors fill the file without overlap or gap.
/// </summary>
/// <param name="Entries">The tensors, in the order of the file.</param>
/// <param name="Metadata">Text that the writer added.</param>
public sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    private const int PrefixBytes = 8;
    private const long LargestHeader = 100_000_000;
    private const string MetadataKey = "__metadata__";

    private static readonly (string Name, ElementType Type, int Bytes)[] Types =
    [
        ("F64", ElementType.Float64, 8), ("F32", ElementType.Float32, 4), ("F16", ElementType.Float16, 2), ("BF16", ElementType.BFloat16, 2),
        ("I64", ElementType.Int64, 8), ("I32", ElementType.Int32, 4), ("I16", ElementType.Int16, 2), ("I8", ElementType.Int8, 1),
        ("U8", ElementType.Byte, 1), ("BOOL", ElementType.Bool, 1),
    ];

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What people call it; its own name where null.</param>
    /// <exception cref="SafetensorsException">The file is no sound safetensors file.</exception>
    public static SafetensorsHeader Read(string path, string? name = null)
    {
        using var file = File.OpenRead(path);
        return Read(file, name ?? Path.GetFileName(path));
    }

    /// <summary>Reads and checks the header of an open file, which then stands at the first tensor.</summary>
    /// <param name="file">The file, at its begin.</param>
    /// <param name="name">What people call it.</param>
    /// <exception cref="SafetensorsException">The file is no sound safetensors file.</exception>
    public static SafetensorsHeader Read(FileStream file, string name)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (file.ReadAtLeast(prefix, PrefixBytes, throwOnEndOfStream: false) < PrefixBytes)
            throw Bad(name, "it is shorter than the 8 bytes that it has to begin with");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader || (long)length > file.Length - PrefixBytes)
            throw Bad(name, $"its header claims {length} bytes, the file has {file.Length}");
        var json = new byte[length];
        file.ReadExactly(json);
        var begin = PrefixBytes + (long)length;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return Interpret(document.RootElement, name, begin, file.Length);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Bad(name, "its header is no JSON of the expected form");
        }
    }

    /// <summary>The bytes before the first tensor, for entries whose offsets count from the end of them.</summary>
    public static byte[] Write(IEnumerable<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[PrefixBytes]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (var entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", Array.Find(Types, t => t.Type == entry.Dtype).Name);
                json.WriteStartArray("shape");
                foreach (var size in entry.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Offset);
                json.WriteNumberValue(entry.Offset + entry.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % PrefixBytes != 0)
            buffer.WriteByte((byte)' ');
        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - PrefixBytes);
        return bytes;
    }

    private static SafetensorsHeader Interpret(JsonElement root, string name, long begin, long end)
    {
        var metadata = new Dictionary<string, string>();
        var entries = new List<SafetensorsEntry>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name != MetadataKey)
                entries.Add(ReadEntry(property, name, begin));
            else
                foreach (var text in property.Value.EnumerateObject())
                    metadata.Add(text.Name, text.Value.GetString() ?? throw new FormatException());
        }
        entries.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Bytes.CompareTo(b.Bytes));
        var next = begin;
        foreach (var entry in entries)
        {
            if (entry.Offset != next)
                throw Bad(name, $"tensor \"{entry.Name}\" {(entry.Offset < next ? "overlaps another" : "leaves a gap before it")}");
            next += entry.Bytes;
            if (next > end)
                throw Bad(name, $"tensor \"{entry.Name}\" reaches beyond the end of the file, which may be cut off");
        }
        if (next != end)
            throw Bad(name, $"{end - next} bytes at its end belong to no tensor");
        return new SafetensorsHeader(entries, metadata);
    }

    private static SafetensorsEntry ReadEntry(JsonProperty property, string name, long begin)
    {
        var dtype = property.Value.GetProperty("dtype").GetString();
        var type = Array.Find(Types, t => t.Name == dtype);
        if (type.Name is null)
            throw Bad(name, $"tensor \"{property.Name}\" is of type {dtype}, which isn't read here");
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()).ToArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64()).ToArray();
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > long.MaxValue - begin)
            throw Bad(name, $"tensor \"{property.Name}\" has impossible offsets");
        Int128 bytes = type.Bytes;
        foreach (var size in shape)
        {
            bytes *= size;
            if (size < 0 || bytes > long.MaxValue)
                throw Bad(name, $"tensor \"{property.Name}\" has the impossible shape [{string.Join(", ", shape)}]");
        }
        if (bytes != offsets[1] - offsets[0])
            throw Bad(name, $"tensor \"{property.Name}\" of {dtype} [{string.Join(", ", shape)}] needs {bytes} bytes, not {offsets[1] - offsets[0]}");
        return new SafetensorsEntry(property.Name, type.Type, shape, begin + offsets[0], offsets[1] - offsets[0]);
    }

    /// <summary>A refusal that names the file.</summary>
    public static SafetensorsException Bad(string name, string reason) => new($"{name} is no sound safetensors file: {reason}.");
}
