using System.Buffers.Binary;
using System.IO.Compression;

namespace MalariaLab.Imaging.Tests.Sources;

/// <summary>A zip file in a folder of its own that goes with it.</summary>
internal sealed class TestArchive : IDisposable
{
    public TestArchive(params (string Name, byte[] Bytes)[] entries)
        : this(zip =>
        {
            foreach (var (name, bytes) in entries)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(bytes);
            }
        })
    {
    }

    public TestArchive(Action<ZipArchive> fill)
    {
        using var stream = File.Create(Path);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        fill(zip);
    }

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("malarialab-test-");

    public string Path => System.IO.Path.Combine(Folder.FullName, "archive.zip");

    /// <summary>Rewrites the archive's bytes; <paramref name="patch"/> gets them and the offset of the first central directory entry.</summary>
    public TestArchive Patch(Func<byte[], int, byte[]> patch)
    {
        var bytes = File.ReadAllBytes(Path);
        var end = bytes.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        File.WriteAllBytes(Path, patch(bytes, (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end + 16))));
        return this;
    }

    public void Dispose() => Folder.Delete(true);
}
