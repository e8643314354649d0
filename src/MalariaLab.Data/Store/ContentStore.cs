using MalariaLab.Core;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Store;

/// <summary>Where a content lies.</summary>
/// <param name="File">Pack file.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Its SHA-256, by which it is found again when a compaction has moved it.</param>
public readonly record struct ContentLocation(string File, long Offset, int Length, string Sha256);

/// <summary>
/// Original images by the SHA-256 of their bytes. Contents lie end to end in pack files, one or few an import: a file an image would cost a
/// sync, an inode and a directory entry each. The database knows the places, and refuses to forget a content that a manifest names.
/// </summary>
public sealed class ContentStore(IDbContextFactory<LabDbContext> contexts, LabPaths paths, TimeProvider time)
{
    /// <summary>A pack nobody knows is waste only when no import can still be about to announce it.</summary>
    private static readonly TimeSpan UnknownPackAge = TimeSpan.FromDays(1);

    /// <summary>Begins to write contents; they are stored once <c>DatasetVersionWriter</c> commits them with their manifest.</summary>
    public PackWriter BeginWrite() => new(paths, time);

    /// <summary>The bytes of a content.</summary>
    /// <exception cref="ExplainedException">The store does not have it, or its file is damaged.</exception>
    public async Task<byte[]> ReadAsync(string sha256, CancellationToken cancellationToken = default)
    {
        for (var again = true; ; again = false)
        {
            var location = await LocateAsync(sha256, cancellationToken) ?? throw new ExplainedException($"The store has no content {sha256}: import the dataset again.");
            try { return ReadAt(location); }
            // Compaction may have moved it between the two steps.
            catch (FileNotFoundException) when (again) { }
            catch (Exception e) when (e is FileNotFoundException or EndOfStreamException)
            {
                var name = Path.GetFileName(location.File);
                throw new ExplainedException($"The store's file {name} is missing or cut short: restore it from a backup or import the dataset again.", e);
            }
        }
    }

    /// <summary>Where a content lies, or null.</summary>
    public async Task<ContentLocation?> LocateAsync(string sha256, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Places(db, sha256).SingleOrDefaultAsync(cancellationToken) is { } place ? Location(place, sha256) : null;
    }

    /// <summary>Where the contents of a version lie, in manifest order: for reading them all.</summary>
    public async Task<IReadOnlyList<ContentLocation>> LocateVersionAsync(long versionId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var packs = await db.BlobPacks.AsNoTracking().ToDictionaryAsync(p => p.Id, p => Path.Combine(paths.Store, p.FileName), cancellationToken);
        var rows = await (from image in db.DatasetImages
                          join blob in db.Blobs on image.Sha256 equals blob.Sha256
                          where image.VersionId == versionId
                          orderby image.Ordinal
                          select new { blob.PackId, blob.Offset, blob.Length, blob.Sha256 }).ToListAsync(cancellationToken);
        return rows.ConvertAll(r => new ContentLocation(packs[r.PackId], r.Offset, r.Length, r.Sha256));
    }

    /// <summary>The bytes at a place that was found a while ago: whoever reads a whole version must not stumble over a compaction. Thread-safe.</summary>
    /// <exception cref="FileNotFoundException">The pack is gone.</exception>
    /// <exception cref="EndOfStreamException">The pack is cut short.</exception>
    public byte[] Read(ContentLocation location)
    {
        try { return ReadAt(location); }
        catch (FileNotFoundException)
        {
            using var db = contexts.CreateDbContext();
            if (Places(db, location.Sha256).SingleOrDefault() is not { } place) throw;
            return ReadAt(Location(place, location.Sha256));
        }
    }

    private static IQueryable<Place> Places(LabDbContext db, string sha256) =>
        from blob in db.Blobs
        join pack in db.BlobPacks on blob.PackId equals pack.Id
        where blob.Sha256 == sha256
        select new Place(pack.FileName, blob.Offset, blob.Length);

    private ContentLocation Location(Place place, string sha256) => new(Path.Combine(paths.Store, place.FileName), place.Offset, place.Length, sha256);

    private sealed record Place(string FileName, long Offset, int Length);

    private static byte[] ReadAt(ContentLocation location)
    {
        var bytes = new byte[location.Length];
        using var handle = File.OpenHandle(location.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        for (var read = 0; read < bytes.Length;)
        {
            var n = RandomAccess.Read(handle, bytes.AsSpan(read), location.Offset + read);
            if (n == 0) throw new EndOfStreamException($"{location.File} ends before byte {location.Offset + location.Length}.");
            read += n;
        }
        return bytes;
    }

    /// <summary>Those of some contents that the store does not have.</summary>
    public async Task<IReadOnlySet<string>> MissingAsync(IEnumerable<string> contents, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var missing = contents.ToHashSet();
        foreach (var chunk in missing.Chunk(500))
            missing.ExceptWith(await db.Blobs.Where(b => chunk.Contains(b.Sha256)).Select(b => b.Sha256).ToListAsync(cancellationToken));
        return missing;
    }

    /// <summary>Deletes every content that no manifest names, and rewrites packs that are mostly waste.</summary>
    /// <returns>Bytes of disk that were freed.</returns>
    public async Task<long> CollectGarbageAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Blobs.Where(b => !db.DatasetImages.Any(i => i.Sha256 == b.Sha256)).ExecuteDeleteAsync(cancellationToken);
        var packs = await db.BlobPacks.AsNoTracking()
            .Select(p => new { Pack = p, Live = db.Blobs.Where(b => b.PackId == p.Id).Sum(b => (long)b.Length) }).ToListAsync(cancellationToken);
        long freed = 0;
        foreach (var (pack, live) in packs.Select(p => (p.Pack, p.Live)))
        {
            if (live > pack.Bytes / 2) continue;
            if (live > 0) freed -= await MoveAsync(pack, cancellationToken);
            await db.BlobPacks.Where(p => p.Id == pack.Id).ExecuteDeleteAsync(cancellationToken);
            File.Delete(Path.Combine(paths.Store, pack.FileName));
            freed += pack.Bytes;
        }
        return freed + await DropUnknownAsync(db, time.GetUtcNow() - UnknownPackAge, cancellationToken);
    }

    /// <summary>
    /// Deletes every pack file that the database does not know, however young: for the only process that imports, before it does. The transaction
    /// holds off a compaction, which writes its packs inside one.
    /// </summary>
    /// <returns>Bytes of disk that were freed.</returns>
    internal Task<long> DropUnknownPacksAsync(CancellationToken cancellationToken) =>
        contexts.InTransactionAsync(db => DropUnknownAsync(db, DateTimeOffset.MaxValue, cancellationToken), cancellationToken);

    private async Task<long> DropUnknownAsync(LabDbContext db, DateTimeOffset writtenBefore, CancellationToken cancellationToken)
    {
        long freed = 0;
        foreach (var file in new DirectoryInfo(paths.Store).EnumerateFiles("*" + PackWriter.Extension).Where(f => f.LastWriteTimeUtc < writtenBefore.UtcDateTime))
        {
            if (await db.BlobPacks.AnyAsync(p => p.FileName == file.Name, cancellationToken)) continue;
            freed += file.Length;
            file.Delete();
        }
        return freed;
    }

    /// <summary>Copies what is left of a pack into a new one.</summary>
    private async Task<long> MoveAsync(BlobPack old, CancellationToken cancellationToken)
    {
        await using var writer = BeginWrite();
        var moved = await contexts.InTransactionAsync(async db =>
        {
            var blobs = await db.Blobs.Where(b => b.PackId == old.Id).OrderBy(b => b.Offset).ToListAsync(cancellationToken);
            foreach (var blob in blobs) writer.Add(blob.Sha256, ReadAt(new ContentLocation(Path.Combine(paths.Store, old.FileName), blob.Offset, blob.Length, blob.Sha256)));
            writer.Seal();
            await writer.MoveAsync(db, cancellationToken);
            return blobs.Sum(b => (long)b.Length);
        }, cancellationToken);
        writer.Keep();
        return moved;
    }
}
