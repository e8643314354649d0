using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Store;

/// <summary>Deletes what a killed process or an abandoned upload left behind.</summary>
public sealed class Housekeeping(
    IDbContextFactory<LabDbContext> contexts, ContentStore store, DatasetVersionWriter versions, LabPaths paths, LabDataOptions options, TimeProvider time)
{
    /// <summary>A received file that no open task names may still wait for its form; not for two days.</summary>
    private static readonly TimeSpan UploadAge = TimeSpan.FromDays(2);

    /// <summary>One pass of a worker.</summary>
    /// <param name="atStart">True before the worker takes its first job. On SQLite it is the only one, so that no import can be under way.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <returns>Bytes of disk that were freed.</returns>
    public async Task<long> PassAsync(bool atStart, CancellationToken cancellationToken = default)
    {
        var freed = atStart && options.Provider == LabDatabase.Sqlite ? await store.DropUnknownPacksAsync(cancellationToken) : 0;
        await versions.ClearFailedAsync(cancellationToken);
        freed += await store.CollectGarbageAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var open = await db.Tasks.AsNoTracking().Unfinished().ToListAsync(cancellationToken);
        var needed = new HashSet<string>();
        foreach (var task in open) needed.UnionWith(await TaskUploads.OfAsync(db, task, cancellationToken));
        var age = time.GetUtcNow() - UploadAge;
        var stale = new DirectoryInfo(paths.Uploads).GetFiles()
            .Where(f => f.LastWriteTimeUtc < age.UtcDateTime)
            .Where(f => !needed.Contains(f.Name) && !needed.Contains(Path.GetFileNameWithoutExtension(f.Name)));
        return freed + TaskUploads.Delete(paths, stale.Select(f => f.Name));
    }
}
