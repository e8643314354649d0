namespace MalariaLab.Imaging.Sources;

/// <summary>A file of an import source.</summary>
/// <param name="Path">Path inside the source, with <c>/</c>; checked: relative, no <c>..</c>, no backslash, unique.</param>
/// <param name="Length">Bytes, unpacked.</param>
/// <param name="Offset">For archives: where its local header begins. Zero in folders.</param>
/// <param name="PackedLength">For archives: bytes as packed.</param>
/// <param name="IsDeflated">For archives: packed by Deflate rather than stored.</param>
/// <param name="Crc32">For archives: checksum of the unpacked bytes.</param>
public sealed record SourceFile(string Path, long Length, long Offset = 0, long PackedLength = 0, bool IsDeflated = false, uint Crc32 = 0);

/// <summary>Files to import, read straight into memory one at a time; nothing is unpacked to disk. Reading is safe from many threads.</summary>
public abstract class ImageSource : IDisposable
{
    /// <summary>All files, in the source's own order for archives and in ordinal order for folders.</summary>
    public abstract IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Opens a zip archive or a folder.</summary>
    /// <exception cref="SourceRefusedException">It cannot be imported; the message says why.</exception>
    public static ImageSource Open(string path, SourceLimits? limits = null)
    {
        limits ??= SourceLimits.Default;
        if (Directory.Exists(path)) return new FolderSource(path, limits);
        if (!File.Exists(path)) throw new SourceRefusedException($"There is no file or folder {Path.GetFileName(path)}. Check the name.");
        // A pipe looks empty, and to open one waits for somebody who writes into it.
        if (new FileInfo(path).Length == 0) throw ZipDirectory.NotAZip();
        return new ZipSource(path, limits);
    }

    /// <summary>Reads one file whole.</summary>
    /// <exception cref="ImageException">It is larger than allowed, damaged or packed in an unknown way; the others may be fine.</exception>
    public abstract byte[] Read(SourceFile file);

    /// <summary>Closes what is open.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>The fault of a file that has more bytes than allowed.</summary>
    private protected static ImageException TooLarge(long length, long limit) =>
        new(ImageFault.OverLimit, $"This file cannot be used: it has {length:N0} bytes and {limit:N0} are allowed.");
}
