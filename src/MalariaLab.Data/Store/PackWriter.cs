using MalariaLab.Core;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Store;

/// <summary>
/// Writes contents into new pack files. Nothing is part of the store before a commit; disposed without one it deletes what it wrote.
/// </summary>
public sealed class PackWriter : IAsyncDisposable
{
    internal const string Extension = ".pack";

    /// <summary>A new pack begins here, so that compaction never has to copy much.</summary>
    private const long MaxPackBytes = 256L << 20;

    private readonly LabPaths paths;
    private readonly TimeProvider time;
    private readonly Func<string, Stream> create;
    private readonly Lock gate = new();
    private readonly Dictionary<string, (int Pack, long Offset, int Length)> contents = new(StringComparer.Ordinal);
    private readonly List<(string FileName, long Bytes)> packs = [];
    // Database ids of the packs that a transaction names, and of those that a committed one has named.
    private readonly Dictionary<int, long> staged = [], kept = [];
    private Stream? current;

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

    /// <summary>Makes the packs durable; nothing is added afterwards.</summary>
    /// <exception cref="ExplainedException">The disk is full or refuses.</exception>
    internal void Seal()
    {
        try { ClosePack(); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Explain(e); }
    }

    /// <summary>
    /// Names some of the sealed contents in the caller's transaction, which also adds the manifest rows that need them; what the store has
    /// already, it keeps. A pack's size in the database is that of its named contents until <see cref="FinishAsync"/>, so that it is never taken
    /// for waste. <see cref="Keep"/> follows after the commit; after a rollback this may be called again.
    /// </summary>
    internal async Task StageAsync(LabDbContext db, IEnumerable<string> wanted, CancellationToken cancellationToken)
    {
        var own = wanted.Where(contents.ContainsKey).ToList();
        var present = await db.Blobs.Where(b => own.Contains(b.Sha256)).Select(b => b.Sha256).ToHashSetAsync(cancellationToken);
        var fresh = own.Where(sha => !present.Contains(sha)).Order(StringComparer.Ordinal).Select(sha => (Sha: sha, Place: contents[sha])).ToList();
        await NamePacksAsync(db, fresh.ConvertAll(f => f.Place), cancellationToken);
        await db.BulkInsertAsync(fresh.Select(f => new Blob { Sha256 = f.Sha, PackId = Row(f.Place.Pack), Offset = f.Place.Offset, Length = f.Place.Length }), cancellationToken);
    }

    /// <summary>Compaction: the rows of all contents exist and move here, and manifests go on naming them.</summary>
    internal async Task MoveAsync(LabDbContext db, CancellationToken cancellationToken)
    {
        await NamePacksAsync(db, contents.Values, cancellationToken);
        foreach (var (sha, place) in contents)
        {
            var row = Row(place.Pack);
            await db.Blobs.Where(b => b.Sha256 == sha).ExecuteUpdateAsync(set => set.SetProperty(b => b.PackId, row).SetProperty(b => b.Offset, place.Offset), cancellationToken);
        }
    }

    /// <summary>The caller's transaction is committed: the packs that it named stay. Others (all their contents were there already) go with this writer.</summary>
    internal void Keep()
    {
        foreach (var (pack, row) in staged) kept[pack] = row;
        staged.Clear();
    }

    /// <summary>All contents that were wanted are named: what else the packs hold counts as waste from now on.</summary>
    internal async Task FinishAsync(LabDbContext db, CancellationToken cancellationToken)
    {
        foreach (var (pack, row) in kept)
            await db.BlobPacks.Where(p => p.Id == row).ExecuteUpdateAsync(set => set.SetProperty(p => p.Bytes, packs[pack].Bytes), cancellationToken);
    }

    private long Row(int pack) => staged.TryGetValue(pack, out var row) ? row : kept[pack];

    private async Task NamePacksAsync(LabDbContext db, IReadOnlyCollection<(int Pack, long Offset, int Length)> places, CancellationToken cancellationToken)
    {
        staged.Clear();
        foreach (var (pack, bytes) in places.GroupBy(p => p.Pack).Select(g => (g.Key, g.Sum(p => (long)p.Length))))
        {
            if (kept.TryGetValue(pack, out var known))
            {
                await db.BlobPacks.Where(p => p.Id == known).ExecuteUpdateAsync(set => set.SetProperty(p => p.Bytes, p => p.Bytes + bytes), cancellationToken);
                continue;
            }
            var row = new BlobPack { FileName = packs[pack].FileName, Bytes = bytes, CreatedAt = time.GetUtcNow() };
            db.BlobPacks.Add(row);
            await db.SaveChangesAsync(cancellationToken);
            staged[pack] = row.Id;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What a full disk did not take is tried once more here; the failure is known already.
        try { if (current is not null) await current.DisposeAsync(); }
        catch (IOException) { }
        foreach (var (pack, (name, _)) in packs.Index())
            if (!kept.ContainsKey(pack))
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
        return new ExplainedException(DiskFull.Is(e)
            ? $"The disk that holds {paths.Store} is full. Free some space and import again; nothing was kept of this attempt."
            : $"The store {paths.Store} can't be written: {e.Message}", e);
    }
}
