using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MalariaLab.Imaging.Cache;

/// <summary>Decodes and resizes on all cores straight into the file. The caller holds the lock.</summary>
internal static class PixelCacheBuilder
{
    public static void Build(
        string path, PixelCacheKey key, IReadOnlyList<PixelSource> sources, PixelCacheLayout layout, ImageLimits limits,
        IProgress<PixelCacheProgress>? progress, CancellationToken ct)
    {
        var unfinished = path + ".tmp";
        try
        {
            // Written with pwrite, not through a mapping: a full disk is then an error that can be told, not a bus error.
            // No waiting for the disk: what a power cut tears is found by its checksum at the next opening, and made again.
            using (var file = File.OpenHandle(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, layout.FileBytes))
                WriteImages(file, key, sources, layout, limits, progress, ct);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private static void WriteImages(
        SafeFileHandle file, PixelCacheKey key, IReadOnlyList<PixelSource> sources, PixelCacheLayout layout, ImageLimits limits,
        IProgress<PixelCacheProgress>? progress, CancellationToken ct)
    {
        var checksums = new uint[sources.Count];
        var done = 0;
        var step = Math.Max(1, sources.Count / 200);
        var options = new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, sources.Count, options, () => new byte[layout.ImageBytes], (index, _, pixels) =>
        {
            Resampler.Resize(Decode(sources[index], key.Channels, limits), key.Width, key.Height, key.Interpolation, pixels);
            checksums[index] = PixelCacheLayout.Checksum(pixels);
            RandomAccess.Write(file, pixels, layout.ImageOffset(index));
            var now = Interlocked.Increment(ref done);
            if (now % step == 0 || now == sources.Count) progress?.Report(new PixelCacheProgress(now, sources.Count));
            return pixels;
        }, _ => { });
        var table = MemoryMarshal.AsBytes<uint>(checksums);
        RandomAccess.Write(file, table, layout.TableOffset);
        RandomAccess.Write(file, layout.Header(table), 0);
    }

    private static PixelImage Decode(PixelSource source, int channels, ImageLimits limits)
    {
        try
        {
            return ImageCodec.Decode(source.Read(), channels, limits);
        }
        catch (Exception e) when (e is ImageException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new PixelCacheException($"The image {source.Name} of the dataset can no longer be read, so the run cannot be prepared. {e.Message} Import the dataset again.", e);
        }
    }
}
