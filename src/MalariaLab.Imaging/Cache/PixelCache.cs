using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace MalariaLab.Imaging.Cache;

/// <summary>
/// Decoded, resized 8-bit images of one dataset version, memory-mapped: the operating system keeps what is used and shares it between processes.
/// Any number of threads may read at once. Made and opened by <see cref="PixelCacheStore"/>.
/// </summary>
public sealed unsafe class PixelCache : IDisposable
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly PixelCacheLayout layout;
    private byte* start;

    private PixelCache(PixelCacheKey key, PixelCacheLayout layout, string path)
    {
        Key = key;
        this.layout = layout;
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, layout.FileBytes, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>What the cache holds.</summary>
    public PixelCacheKey Key { get; }

    /// <summary>Number of images.</summary>
    public int Count => layout.Count;

    /// <summary>Samples of one image in the order of the manifest: height × width × channels bytes, channels fastest. Valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such image.</exception>
    /// <exception cref="ObjectDisposedException">The cache is closed.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        ObjectDisposedException.ThrowIf(start == null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return new ReadOnlySpan<byte>(start + layout.ImageOffset(index), layout.ImageBytes);
    }

    /// <summary>Unmaps the file; spans that were handed out must not be used any more.</summary>
    public void Dispose()
    {
        if (start == null) return;
        start = null;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }

    /// <summary>Opens a file and checks every byte of it, on all cores; null where it is absent, another one or damaged.</summary>
    /// <remarks>Reading everything once is no waste: it brings the file into memory, where the first epoch wants it.</remarks>
    internal static PixelCache? TryOpen(string path, PixelCacheKey key, PixelCacheLayout layout, CancellationToken ct)
    {
        // Mapping a file that is shorter than its layout would end in a bus error at the first read, so the length comes first.
        if (!File.Exists(path) || new FileInfo(path).Length != layout.FileBytes) return null;
        var cache = new PixelCache(key, layout, path);
        try
        {
            if (cache.IsIntact(ct)) return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
        cache.Dispose();
        return null;
    }

    /// <summary>Opens a file that was just written.</summary>
    internal static PixelCache Open(string path, PixelCacheKey key, PixelCacheLayout layout) => new(key, layout, path);

    private bool IsIntact(CancellationToken ct)
    {
        var table = new ReadOnlySpan<byte>(start + layout.TableOffset, layout.TableBytes);
        if (!layout.Header(table).AsSpan().SequenceEqual(new ReadOnlySpan<byte>(start, PixelCacheLayout.HeaderBytes))) return false;
        var checksums = MemoryMarshal.Cast<byte, uint>(table).ToArray();
        return Parallel.For(0, Count, new ParallelOptions { CancellationToken = ct }, (index, loop) =>
        {
            if (PixelCacheLayout.Checksum(Image(index)) != checksums[index]) loop.Stop();
        }).IsCompleted;
    }
}
