using MalariaLab.Core;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace MalariaLab.Data.Runs;

/// <summary>Names, notes, tags, archive and trash of runs.</summary>
public sealed class RunLibrary(IDbContextFactory<LabDbContext> contexts, LabPaths paths, TimeProvider time)
{
    private const int MostNotes = 100_000, MostTags = 20;

    /// <summary>Renames.</summary>
    public Task RenameAsync(long runId, string name, CancellationToken cancellationToken = default)
    {
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > 200) throw new ExplainedException("A run needs a name of 1 to 200 characters.");
        return EditAsync([runId], set => set.SetProperty(r => r.Name, trimmed), cancellationToken);
    }

    /// <summary>Replaces the notes (markdown).</summary>
    /// <param name="runId">Row id.</param>
    /// <param name="notes">The new text.</param>
    /// <param name="before">The text that the writer began with.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="ExplainedException">The text is too long, or someone else has changed it meanwhile; then nothing is replaced.</exception>
    public Task SetNotesAsync(long runId, string notes, string before, CancellationToken cancellationToken = default)
    {
        if (notes.Length > MostNotes)
            throw new ExplainedException($"Notes take at most {MostNotes:N0} characters; these have {notes.Length:N0}. Put long texts into a document and link it.");
        return contexts.InTransactionAsync(async db =>
        {
            // The same text once more, from a second click, replaces nothing of anybody's.
            var written = await db.Runs
                .Where(r => r.Id == runId && (r.Notes == before || r.Notes == notes))
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.Notes, notes), cancellationToken);
            if (written != 1)
                throw new ExplainedException($"Someone else has changed the notes of run {runId} since you began. Nothing was saved; your text is still here.");
            await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
        }, cancellationToken);
    }

    /// <summary>Adds a tag; one that is there already changes nothing.</summary>
    /// <exception cref="ExplainedException">The tag is empty or too long, or there are too many.</exception>
    public Task AddTagAsync(long runId, string tag, CancellationToken cancellationToken = default)
    {
        var word = RunTags.Normal(tag);
        if (word.Length is 0 or > 40) throw new ExplainedException("A tag needs 1 to 40 characters.");
        return EditTagsAsync(runId, tags => tags.Count >= MostTags && !tags.Contains(word)
            ? throw new ExplainedException($"A run takes at most {MostTags} tags: remove one first.") : tags.Append(word), cancellationToken);
    }

    /// <summary>Removes a tag; one that is not there changes nothing.</summary>
    public Task RemoveTagAsync(long runId, string tag, CancellationToken cancellationToken = default) =>
        EditTagsAsync(runId, tags => tags.Where(known => known != tag), cancellationToken);

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

    private Task EditTagsAsync(long runId, Func<IReadOnlyList<string>, IEnumerable<string>> edit, CancellationToken cancellationToken) =>
        contexts.InTransactionAsync(async db =>
        {
            var before = await db.Runs.Where(r => r.Id == runId).Select(r => r.TagText).SingleOrDefaultAsync(cancellationToken)
                ?? throw new ExplainedException($"There is no run {runId}.");
            var after = RunTags.Write(edit(RunTags.Read(before)));
            if (await db.Runs.Where(r => r.Id == runId && r.TagText == before).ExecuteUpdateAsync(set => set.SetProperty(r => r.TagText, after), cancellationToken) != 1)
                throw new ExplainedException("Someone else has just changed the tags of this run: try again.");
            await db.TouchAsync(cancellationToken, (ChangeKind.Run, runId));
        }, cancellationToken);

    private Task EditAsync(IReadOnlyCollection<long> runIds, Action<UpdateSettersBuilder<Run>> setters, CancellationToken cancellationToken) =>
        contexts.InTransactionAsync(async db =>
        {
            var touched = await db.Runs.Where(r => runIds.Contains(r.Id)).ExecuteUpdateAsync(setters, cancellationToken);
            if (touched != runIds.Count)
                throw new ExplainedException(runIds.Count == 1 ? $"There is no run {runIds.First()}." : "Some of these runs do not exist any more: look again.");
            await db.TouchAsync(cancellationToken, [.. runIds.Select(id => (ChangeKind.Run, id))]);
        }, cancellationToken);
}
