using System.Globalization;
using MalariaLab.Data;
using MalariaLab.Data.Store;
using MalariaLab.Imaging;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>Small copies of images, made once and kept below cache/; deleting that folder costs nothing but time.</summary>
public sealed class Thumbnails(ContentStore store, LabPaths paths) : IDisposable
{
    private static readonly int[] Sides = [64, 128, 192, 256, 384];

    // A gallery asks for sixty at once; decoding more than there are cores only makes all of them late.
    private readonly SemaphoreSlim decoders = new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>The side that is made for a wish: the next larger of a few, so that the cache cannot be filled by asking for every size.</summary>
    public static int Side(int wish) => Sides.FirstOrDefault(s => s >= wish, Sides[^1]);

    /// <summary>The small copy of a content as WebP; its longer side is <see cref="Side"/> of <paramref name="size"/> pixels.</summary>
    /// <exception cref="ImageException">The content cannot be decoded.</exception>
    public async Task<byte[]> GetAsync(string sha256, int size, CancellationToken cancellationToken)
    {
        var side = Side(size);
        var file = Path.Combine(paths.Cache, "thumbnails", sha256[..2], string.Create(CultureInfo.InvariantCulture, $"{sha256}-{side}.webp"));
        try
        {
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Made below.
        }
        byte[] thumbnail;
        await decoders.WaitAsync(cancellationToken);
        try
        {
            thumbnail = ImageCodec.Thumbnail(await store.ReadAsync(sha256, cancellationToken), side);
        }
        finally
        {
            decoders.Release();
        }
        // Another request may make the same one; each writes its own file and the rename is atomic.
        var draft = $"{file}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(draft, thumbnail, CancellationToken.None);
            File.Move(draft, file, overwrite: true);
        }
        catch (IOException)
        {
            // On a full disk images are shown all the same; they are only not kept.
            Discard(draft);
        }
        return thumbnail;
    }

    private static void Discard(string draft)
    {
        try { File.Delete(draft); }
        catch (IOException) { }
    }

    /// <inheritdoc/>
    public void Dispose() => decoders.Dispose();
}
