using System.IO.Compression;
using MalariaLab.Torch;
using MalariaLab.Training.Weights.Pickles;

namespace MalariaLab.Training.Weights.Formats;

/// <summary>torch.save since PyTorch 1.6: a zip of one pickle and one uncompressed record a storage.</summary>
internal sealed class TorchZipArchive : TorchArchive
{
    private const string PickleName = "data.pkl";
    private readonly ZipArchive _zip;
    private readonly string _folder;

    public TorchZipArchive(string path, string name) : base(name)
    {
        _zip = ZipFile.OpenRead(path);
        try
        {
            var pickles = _zip.Entries.Where(entry => entry.Name == PickleName).ToList();
            if (pickles is not [var pickle])
                throw Bad($"is a zip with {pickles.Count} files {PickleName}, but a file of torch.save has one");
            _folder = pickle.FullName[..^PickleName.Length];
            if (_zip.GetEntry(_folder + "byteorder") is { Length: < 16 } order)
            {
                using var reader = new StreamReader(order.Open());
                if (reader.ReadToEnd().Trim() != "little")
                    throw Bad("was written on a big-endian machine, which isn't read here");
            }
            using var stream = new BufferedStream(pickle.Open());
            Take(ReadPickle(stream, pickle.Length));
        }
        catch
        {
            _zip.Dispose();
            throw;
        }
    }

    protected override Stream OpenStorage(TorchStorage storage, long first, long count)
    {
        var size = storage.Type.ElementSize();
        var entry = _zip.GetEntry($"{_folder}data/{storage.Key}") ?? throw Bad($"lacks its record data/{storage.Key}");
        // Stored, not compressed: that is how torch.save writes, and it bounds what is read by the file's length.
        if (entry.CompressedLength != entry.Length)
            throw Bad($"has the compressed record data/{storage.Key}, which torch.save never writes: save it again with torch.save");
        if (entry.Length < (first + count) * size)
            throw Bad($"has a record data/{storage.Key} of {entry.Length} bytes where {(first + count) * size} are needed");
        var stream = entry.Open();
        Skip(stream, first * size);
        return stream;
    }

    protected override void Dispose(bool disposing) => _zip.Dispose();

    private static void Skip(Stream stream, long bytes)
    {
        var buffer = new byte[1 << 16];
        for (; bytes > 0; bytes -= Math.Min(bytes, buffer.Length))
            stream.ReadExactly(buffer, 0, (int)Math.Min(bytes, buffer.Length));
    }
}
