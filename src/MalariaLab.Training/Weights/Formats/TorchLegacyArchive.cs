using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using MalariaLab.Torch;
using MalariaLab.Training.Weights.Pickles;

namespace MalariaLab.Training.Weights.Formats;

/// <summary>
/// torch.save before PyTorch 1.6, the format of torchvision's older files: pickles of a magic number, the version, facts of the machine, the object and
/// the storage keys; then for each key the count (int64) and the elements.
/// </summary>
internal sealed class TorchLegacyArchive : TorchArchive
{
    private const long ProtocolVersion = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    private readonly FileStream _file;
    private readonly Dictionary<string, (long Count, long Position)> _records = new(StringComparer.Ordinal);

    public TorchLegacyArchive(string path, string name) : base(name)
    {
        _file = File.OpenRead(path);
        try
        {
            if (Next() is not BigInteger magic || magic != Magic)
                throw Bad("is a pickle, but none that torch.save wrote");
            if (Next() is not ProtocolVersion)
                throw Bad("is of an unknown version of torch.save");
            if (Next() is not PickleDictionary facts || facts["little_endian"] is not true)
                throw Bad("was written on a big-endian machine, which isn't read here");
            var storages = new List<TorchStorage>();
            Take(Next(storages));
            Locate(Next() as List<object?> ?? throw Bad("lacks the list of its storages"), storages);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    protected override Stream OpenStorage(TorchStorage storage, long first, long count)
    {
        var (stored, position) = _records.TryGetValue(storage.Key, out var record) ? record : throw Bad($"lacks its record {storage.Key}");
        if (first + count > stored)
            throw Bad($"has a record {storage.Key} of {stored} values where {first + count} are needed");
        return new FileStream(_file.Name, FileMode.Open, FileAccess.Read) { Position = position + first * storage.Type.ElementSize() };
    }

    protected override void Dispose(bool disposing) => _file.Dispose();

    private object? Next(ICollection<TorchStorage>? storages = null) => ReadPickle(_file, _file.Length - _file.Position, storages);

    private void Locate(List<object?> keys, List<TorchStorage> storages)
    {
        var types = storages.GroupBy(storage => storage.Key).ToDictionary(group => group.Key, group => group.First().Type);
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        foreach (var item in keys)
        {
            if (item is not string key || !types.TryGetValue(key, out var type))
                throw Bad("lists a storage that no tensor uses");
            if (_file.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
                throw Bad("is cut off");
            var count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (count < 0 || count > (_file.Length - _file.Position) / type.ElementSize())
                throw Bad($"ends before the record {key} of {count} values, it may be cut off");
            _records[key] = (count, _file.Position);
            _file.Position += count * type.ElementSize();
        }
    }
}
