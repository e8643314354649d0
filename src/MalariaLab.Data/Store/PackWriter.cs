using MalariaLab.Core;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Store;

/// <summary>
/// Writes contents into new pack files. Nothing is part of the store before the commit; disposed without one it deletes what it wrote.
/// </summary>
public sealed class PackWriter : IAsyncDisposable
{
    internal const string Extension = ".pack";

    /// <summary>A new pack begins here, so that compaction never has to copy much.</summary>
    private const long MaxPackBytes = 256L << 20;

    /// <summary>Rows a statement; SQLite takes 32,766 parameters.</summary>
    private const int RowsAtOnce = 500;

    /// <summary>ENOSPC as .NET reports it.</summary>
    private const int NoSpaceLeft = 28;

    private readonly LabPaths paths;
    private readonly TimeProvider time;
    private readonly Func<string, Stream> create;
    private readonly Lock gate = new();
    private readonly Dictionary<string, (int Pack, long Offset, int Length)> contents = new(StringComparer.Ordinal);
    private readonly List<(string FileName, long Bytes)> packs = [];
    private Stream? current;
    private HashSet<string> staged = [], kept = [];

    internal PackWriter(LabPaths paths, TimeProvider time, Func<string, Stream>? create = null)
    {
        this.paths = paths;
        this.time = time;
        this.create = create ?? (file => new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 20));
    }

    /// <summary>Adds a content; one that was added before is not written again. Thread-safe.</summary>
    /// <param name="sha256">Its SHA-256, 64 hex digits, computed by the caller.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="ExplainedException">The disk is full or refuses.</exception>
    public void Add(string sha256, ReadOnlySpan<byte> content)
    {
        lock (gate)
        {
            if (contents.ContainsKey(sha256)) return;
            try
            {
                if (current is null || packs[^1].Bytes + content.Length > MaxPackBytes) BeginPack();
                current!.Write(content);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Explain(e); }
            var (name, bytes) = packs[^1];
            contents.Add(sha256, (packs.Count - 1, bytes, content.Length));
            packs[^1] = (name, bytes + content.Length);
        }
    }

    /// <summary>
    /// Makes the packs durable and names the new contents in the caller's transaction; the store keeps what it had already.
    /// <see cref="Keep"/> follows after the transaction's commit. After a rollback it may be called again.
    /// </summary>
    internal async Task StageAsync(LabDbContext db, bool replace, CancellationToken cancellationToken)
    {
        try { ClosePack(); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Explain(e); }
        var fresh = new List<KeyValuePair<string, (int Pack, long Offset, int Length)>>();
        foreach (var chunk in contents.Chunk(RowsAtOnce))
        {
            var keys = chunk.Select(c => c.Key).ToList();
            if (replace)
            {
                // Compaction: the rows exist and move, and manifests go on naming them.
                fresh.AddRange(chunk);
                continue;
            }
            var present = await db.Blobs.Where(b => keys.Contains(b.Sha256)).Select(b => b.Sha256).ToHashSetAsync(cancellationToken);
            fresh.AddRange(chunk.Where(c => !present.Contains(c.Key)));
        }
        var rows = new Dictionary<int, BlobPack>();
        foreach (var pack in fresh.Select(c => c.Value.Pack).Distinct())
            db.BlobPacks.Add(rows[pack] = new BlobPack { FileName = packs[pack].FileName, Bytes = packs[pack].Bytes, CreatedAt = time.GetUtcNow() });
        await db.SaveChangesAsync(cancellationToken);
        if (replace)
            foreach (var (sha, place) in fresh)
                await db.Blobs.Where(b => b.Sha256 == sha).ExecuteUpdateAsync(set => set.SetProperty(b => b.PackId, rows[place.Pack].Id).SetProperty(b => b.Offset, place.Offset), cancellationToken);
        else
            await db.BulkInsertAsync(fresh.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new Blob { Sha256 = c.Key, PackId = rows[c.Value.Pack].Id, Offset = c.Value.Offset, Length = c.Value.Length }), cancellationToken);
        staged = [.. rows.Values.Select(row => row.FileName)];
    }

    /// <summary>The transaction is committed: the packs that it named stay. Others (all their contents were there already) go with this writer.</summary>
    internal void Keep() => kept = staged;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What a full disk did not take is tried once more here; the failure is known already.
        try { if (current is not null) await current.DisposeAsync(); }
        catch (IOException) { }
        foreach (var (name, _) in packs)
            if (!kept.Contains(name))
                File.Delete(Path.Combine(paths.Store, name));
        packs.Clear();
    }

    private void BeginPack()
    {
        ClosePack();
        var name = Guid.NewGuid().ToString("N") + Extension;
        packs.Add((name, 0));
        current = create(Path.Combine(paths.Store, name));
    }

    private void ClosePack()
    {
        if (current is null) return;
        if (current is FileStream file) file.Flush(flushToDisk: true);
        current.Dispose();
        current = null;
    }

    private ExplainedException Explain(Exception e)
    {
        var full = (e.HResult & 0xFFFF) == NoSpaceLeft;
        return new ExplainedException(full
            ? $"The disk that holds {paths.Store} is full. Free some space and import again; nothing was kept of this attempt."
            : $"The store {paths.Store} can't be written: {e.Message}", e);
    }
}
