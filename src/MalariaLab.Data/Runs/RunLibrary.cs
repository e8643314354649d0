using MalariaLab.Core;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace MalariaLab.Data.Runs;

/// <summary>Names, notes, tags, archive and trash of runs.</summary>
public sealed class RunLibrary(IDbContextFactory<LabDbContext> contexts, LabPaths paths, TimeProvider time)
{
    /// <summary>Renames.</summary>
    public Task RenameAsync(long runId, string name, CancellationToken cancellationToken = default)
    {
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > 200) throw new ExplainedException("A run needs a name of 1 to 200 characters.");
        return EditAsync([runId], set => set.SetProperty(r => r.Name, trimmed), cancellationToken);
    }

    /// <summary>Replaces the notes (markdown).</summary>
    public Task SetNotesAsync(long runId, string notes, CancellationToken cancellationToken = default) =>
        EditAsync([runId], set => set.SetProperty(r => r.Notes, notes), cancellationToken);

    /// <summary>Replaces the tags.</summary>
    public Task SetTagsAsync(long runId, IEnumerable<string> tags, CancellationToken cancellationToken = default)
    {
        var text = RunTags.Write(tags);
        return EditAsync([runId], set => set.SetProperty(r => r.TagText, text), cancellationToken);
    }

    /// <summary>Puts runs out of the way of lists, or back.</summary>
    public Task SetArchivedAsync(IReadOnlyCollection<long> runIds, bool archived, CancellationToken cancellationToken = default) =>
        EditAsync(runIds, set => set.SetProperty(r => r.Archived, archived), cancellationToken);

    /// <summary>Puts a run into the trash, from where it can be restored.</summary>
    public async Task TrashAsync(long runId, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        await contexts.InTransactionAsync(async db =>
        {
            var touched = await db.Runs
                .Where(r => r.Id == runId && r.Status != RunStatus.Queued && r.Status != RunStatus.Interrupted
                    && r.Status != RunStatus.Preparing && r.Status != RunStatus.Training && r.Status != RunStatus.Evaluating)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.TrashedAt, now), cancellationToken);
            if (touched != 1) throw new ExplainedException($"Run {runId} is waiting or running: cancel it before you delete it.");
            await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
        }, cancellationToken);
    }

    /// <summary>Takes a run out of the trash.</summary>
    public Task RestoreAsync(long runId, CancellationToken cancellationToken = default) =>
        EditAsync([runId], set => set.SetProperty(r => r.TrashedAt, (DateTimeOffset?)null), cancellationToken);

    /// <summary>Deletes a trashed run for good, rows and files.</summary>
    /// <returns>Bytes of files that were freed.</returns>
    public async Task<long> PurgeAsync(long runId, CancellationToken cancellationToken = default)
    {
        await contexts.InTransactionAsync(async db =>
        {
            var experiment = await db.Runs.Where(r => r.Id == runId).Select(r => (long?)r.ExperimentId).SingleOrDefaultAsync(cancellationToken);
            var touched = await db.Runs.Where(r => r.Id == runId && r.TrashedAt != null).ExecuteDeleteAsync(cancellationToken);
            if (touched != 1) throw new ExplainedException($"Run {runId} is not in the trash: delete it first.");
            await db.Experiments.Where(e => e.Id == experiment && !db.Runs.Any(r => r.ExperimentId == e.Id)).ExecuteDeleteAsync(cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
        }, cancellationToken);
        // Rows first: files without a row are only waste, a row without files would be a lie.
        var folder = new DirectoryInfo(paths.Run(runId));
        if (!folder.Exists) return 0;
        var freed = folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        folder.Delete(recursive: true);
        return freed;
    }

    private Task EditAsync(IReadOnlyCollection<long> runIds, Action<UpdateSettersBuilder<Run>> setters, CancellationToken cancellationToken) =>
        contexts.InTransactionAsync(async db =>
        {
            var touched = await db.Runs.Where(r => runIds.Contains(r.Id)).ExecuteUpdateAsync(setters, cancellationToken);
            if (touched != runIds.Count) throw new ExplainedException(runIds.Count == 1 ? $"There is no run {runIds.First()}." : "Some of these runs do not exist any more: look again.");
            await db.TouchAsync(cancellationToken, [.. runIds.Select(id => (ChangeKind.Run, id))]);
        }, cancellationToken);
}
