using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Store;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>Request for an import.</summary>
public sealed record NewImport
{
    /// <summary>Name of the new dataset; ignored with <see cref="DatasetId"/>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Makes a new version of this dataset instead of a new dataset.</summary>
    public long? DatasetId { get; init; }

    /// <summary>Description of the new dataset, in markdown.</summary>
    public string Description { get; init; } = "";

    /// <summary>Kind of source.</summary>
    public required ImportSource Source { get; init; }

    /// <summary>Name as the person gave it; only shown.</summary>
    public required string OriginalName { get; init; }

    /// <summary>Server-made name below uploads/, or the checked name below the inbox; null for the sample.</summary>
    public string? StoredName { get; init; }

    /// <summary>Bytes of the source.</summary>
    public long Bytes { get; init; }

    /// <summary>Group rule, positive class and so on.</summary>
    public ImportOptions Options { get; init; } = new();
}

/// <summary>Row ids of a started import, and the number of its version.</summary>
public sealed record StartedImport(long DatasetId, long VersionId, long ImportId, long TaskId, int Number);

/// <summary>What people do to datasets. Refusals are <see cref="ExplainedException"/>.</summary>
public sealed class DatasetCommands(IDbContextFactory<LabDbContext> contexts, LabTasks tasks, ContentStore store, LabPaths paths, TimeProvider time)
{
    /// <summary>Makes dataset and version and queues the import. The task's subject is the version, its payload <c>{"importId":…}</c>.</summary>
    public async Task<StartedImport> StartImportAsync(NewImport request, Actor actor, CancellationToken cancellationToken = default)
    {
        var (started, task) = await contexts.InTransactionAsync(async db =>
        {
            var now = time.GetUtcNow();
            var changes = request.Options.Changes;
            if (changes is null == (request.Source == ImportSource.Derived)) throw new ExplainedException("Images are added to a version of a dataset: say which.");
            var parent = changes is null ? null : await DerivedVersions.ParentAsync(db, changes, cancellationToken);
            var datasetId = parent?.DatasetId ?? request.DatasetId;
            var dataset = datasetId is { } id ? await FindAsync(db, id, cancellationToken) : await NewAsync(db, request, actor, now, cancellationToken);
            var version = await DerivedVersions.AddRowAsync(db, dataset.Id, changes, actor, now, cancellationToken);
            version.GroupRule = request.Options.GroupRule;
            await db.SaveChangesAsync(cancellationToken);
            var import = new Import
            {
                VersionId = version.Id,
                Source = request.Source,
                OriginalName = request.OriginalName,
                StoredName = request.StoredName,
                Bytes = request.Bytes,
                ReceivedBytes = request.Bytes,
                OptionsJson = request.Options.ToJson(),
                CreatedAt = now,
                CreatedById = actor.UserId,
            };
            db.Imports.Add(import);
            await db.SaveChangesAsync(cancellationToken);
            var payload = JsonSerializer.Serialize(new { importId = import.Id });
            var task = new NewTask(JobKind.Import, $"Import of {request.OriginalName} into {dataset.Name}", version.Id, payload);
            var row = await LabTasks.AddAsync(db, task, actor, now, cancellationToken);
            import.TaskId = row.Id;
            await db.SaveChangesAsync(cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, dataset.Id));
            return (new StartedImport(dataset.Id, version.Id, import.Id, row.Id, version.Number), row);
        }, cancellationToken);
        await tasks.ScheduleAsync(task);
        return started;
    }

    /// <summary>Renames and describes.</summary>
    public Task EditAsync(
        long datasetId, string name, string description, string sourceNote, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var dataset = await FindAsync(db, datasetId, cancellationToken);
        if (dataset.Name != name.Trim()) await CheckNameAsync(db, name, cancellationToken);
        (dataset.Name, dataset.Description, dataset.SourceNote) = (name.Trim(), description, sourceNote);
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, datasetId));
    }, cancellationToken);

    /// <summary>Chooses the positive class of a version that no run has used yet.</summary>
    public Task SetPositiveClassAsync(long versionId, int positiveClass, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var version = await db.DatasetVersions.SingleOrDefaultAsync(v => v.Id == versionId, cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        if (positiveClass < 0 || positiveClass >= version.ClassNames.Count)
            throw new ExplainedException($"The version has classes 0 to {version.ClassNames.Count - 1}, not {positiveClass}.");
        if (await db.Runs.AnyAsync(r => r.Experiment!.DatasetVersionId == versionId, cancellationToken)
            || await db.Evaluations.AnyAsync(e => e.DatasetVersionId == versionId, cancellationToken))
            throw new ExplainedException("Runs have used this version, so its positive class can't change any more: import it as a new version.");
        version.PositiveClass = positiveClass;
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, version.DatasetId));
    }, cancellationToken);

    /// <summary>Puts a dataset into the trash; its runs keep working.</summary>
    public Task TrashAsync(long datasetId, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var dataset = await FindAsync(db, datasetId, cancellationToken);
        dataset.TrashedAt = time.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, datasetId));
    }, cancellationToken);

    /// <summary>Takes a dataset out of the trash.</summary>
    public Task RestoreAsync(long datasetId, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var dataset = await FindAsync(db, datasetId, cancellationToken);
        await CheckNameAsync(db, dataset.Name, cancellationToken);
        dataset.TrashedAt = null;
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, datasetId));
    }, cancellationToken);

    /// <summary>Deletes a trashed dataset for good, with its images, pixel caches, thumbnails and what is left of its uploads.</summary>
    /// <returns>Bytes of disk that were freed.</returns>
    public async Task<long> PurgeAsync(long datasetId, Actor actor, CancellationToken cancellationToken = default)
    {
        var (versionIds, contents, uploads) = await contexts.InTransactionAsync(async db =>
        {
            var dataset = await FindAsync(db, datasetId, cancellationToken);
            if (dataset.TrashedAt is null) throw new ExplainedException($"{dataset.Name} is not in the trash: delete it first.");
            var runs = await db.Runs.CountAsync(r => r.Experiment!.DatasetVersion!.DatasetId == datasetId, cancellationToken);
            if (runs > 0) throw new ExplainedException($"{dataset.Name} is used by {runs} runs: delete those for good first, or leave the dataset in the trash.");
            var versions = db.DatasetVersions.Where(v => v.DatasetId == datasetId).Select(v => v.Id);
            var open = await db.Tasks.Unfinished().AnyAsync(t => t.Kind == JobKind.Import && versions.Contains(t.SubjectId!.Value), cancellationToken);
            if (open) throw new ExplainedException($"An import into {dataset.Name} is not finished: cancel it first.");
            var ids = await versions.ToListAsync(cancellationToken);
            var names = await db.DatasetImages.Where(i => versions.Contains(i.VersionId)).Select(i => i.Sha256).Distinct().ToListAsync(cancellationToken);
            var files = await db.Imports
                .Where(i => versions.Contains(i.VersionId) && i.StoredName != null && i.Source != ImportSource.Inbox)
                .Select(i => i.StoredName!)
                .ToListAsync(cancellationToken);
            await db.Evaluations.Where(e => versions.Contains(e.DatasetVersionId)).ExecuteDeleteAsync(cancellationToken);
            await db.PredictionSets.Where(s => versions.Contains(s.DatasetVersionId)).ExecuteDeleteAsync(cancellationToken);
            await db.Datasets.Where(d => d.Id == datasetId).ExecuteDeleteAsync(cancellationToken);
            db.AuditEntries.Add(AuditEntry.Of(actor, time.GetUtcNow(), "dataset.purge", $"{dataset.Name} (dataset {datasetId})"));
            await db.SaveChangesAsync(cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, datasetId));
            return (ids, names, files);
        }, cancellationToken);
        var freed = await store.CollectGarbageAsync(cancellationToken) + TaskUploads.Delete(paths, uploads);
        return freed + DatasetCaches.Delete(paths, versionIds, await store.MissingAsync(contents, cancellationToken));
    }

    private static async Task<Dataset> NewAsync(LabDbContext db, NewImport request, Actor actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var name = request.Name.Trim();
        // What never came about gives its name to the next attempt.
        await db.Datasets.Where(d => d.Name == name && d.TrashedAt == null && d.Versions.All(v => v.Status == DatasetVersionStatus.Failed))
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.TrashedAt, now), cancellationToken);
        await CheckNameAsync(db, name, cancellationToken);
        var dataset = new Dataset { Name = name, Description = request.Description, CreatedAt = now, CreatedById = actor.UserId };
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync(cancellationToken);
        return dataset;
    }

    private static async Task CheckNameAsync(LabDbContext db, string name, CancellationToken cancellationToken)
    {
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > 200) throw new ExplainedException("A dataset needs a name of 1 to 200 characters.");
        if (await db.Datasets.AnyAsync(d => d.Name == trimmed && d.TrashedAt == null, cancellationToken))
            throw new ExplainedException($"There is a dataset {trimmed} already: choose another name, or make a new version of it.");
    }

    private static async Task<Dataset> FindAsync(LabDbContext db, long datasetId, CancellationToken cancellationToken) =>
        await db.Datasets.SingleOrDefaultAsync(d => d.Id == datasetId, cancellationToken) ?? throw new ExplainedException($"There is no dataset {datasetId}.");
}
