using System.Linq.Expressions;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Runs;

/// <summary>What pages and the API read of runs.</summary>
public sealed class RunQueries(IDbContextFactory<LabDbContext> contexts)
{
    private static readonly Expression<Func<Run, RunRow>> ToRow = r => new RunRow
    {
        Id = r.Id,
        Name = r.Name,
        Status = r.Status,
        Reason = r.Reason,
        Recipe = r.Experiment!.Recipe,
        Architecture = r.Experiment.Architecture,
        DatasetId = r.Experiment.DatasetVersion!.DatasetId,
        Dataset = r.Experiment.DatasetVersion.Dataset!.Name,
        DatasetVersionId = r.Experiment.DatasetVersionId,
        VersionNumber = r.Experiment.DatasetVersion.Number,
        SplitId = r.Experiment.SplitId,
        Split = r.Experiment.Split!.Name,
        Seed = r.Experiment.Seed,
        Epochs = r.Experiment.Epochs,
        LastEpoch = r.LastEpoch,
        BestEpoch = r.BestEpoch,
        BestValLoss = r.BestValLoss,
        BestValAccuracy = r.BestValAccuracy,
        TestCount = r.TestCount,
        Accuracy = r.Accuracy,
        BalancedAccuracy = r.BalancedAccuracy,
        Sensitivity = r.Sensitivity,
        Specificity = r.Specificity,
        F1 = r.F1,
        Auc = r.Auc,
        TestSetHash = r.TestSetHash,
        TagText = r.TagText,
        Priority = r.Priority,
        CreatedAt = r.CreatedAt,
        CreatedById = r.CreatedById,
        QueuedAt = r.QueuedAt,
        StartedAt = r.StartedAt,
        FinishedAt = r.FinishedAt,
        TrainSeconds = r.TrainSeconds,
        Device = r.Device,
        WorkerName = r.WorkerName,
        GroupId = r.GroupId,
        ParentRunId = r.ParentRunId,
        CancelRequested = r.CancelRequested,
    };

    /// <summary>One page of the runs table.</summary>
    public async Task<Page<RunRow>> ListAsync(RunFilter filter, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = Filtered(db.Runs.AsNoTracking(), filter);
        // The page's ids first: sorting then moves narrow rows instead of forty columns.
        var sorted = Sorted(runs, filter).Select(r => r.Id);
        var (skip, take) = (Math.Max(0, filter.Skip), Math.Clamp(filter.Take, 1, 500));
        int total;
        List<long> ids;
        if (string.IsNullOrWhiteSpace(filter.Text))
            (total, ids) = (await runs.CountAsync(cancellationToken), await sorted.Skip(skip).Take(take).ToListAsync(cancellationToken));
        else
        {
            // To look for words in every note costs more than to fetch all ids: once does for the total and the page.
            var all = await sorted.ToListAsync(cancellationToken);
            (total, ids) = (all.Count, [.. all.Skip(skip).Take(take)]);
        }
        var rows = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.Id)).Select(ToRow).ToDictionaryAsync(r => r.Id, cancellationToken);
        return new Page<RunRow>([.. ids.Where(rows.ContainsKey).Select(id => rows[id])], total);
    }

    /// <summary>Rows of these runs, in the given order; missing ones are left out.</summary>
    public async Task<IReadOnlyList<RunRow>> RowsAsync(IReadOnlyList<long> runIds, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Runs.AsNoTracking().Where(r => runIds.Contains(r.Id)).Select(ToRow).ToDictionaryAsync(r => r.Id, cancellationToken);
        return [.. runIds.Where(rows.ContainsKey).Select(id => rows[id])];
    }

    /// <summary>Everything of a run but its epochs and blobs; null when there is none.</summary>
    public async Task<RunDetail?> FindAsync(long runId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Runs.AsNoTracking().Include(r => r.Experiment!.DatasetVersion!.Dataset).SingleOrDefaultAsync(r => r.Id == runId, cancellationToken);
        if (run is null) return null;
        var split = await db.Splits.AsNoTracking().Where(s => s.Id == run.Experiment!.SplitId).Select(s => new { s.Hash, s.TestSetHash }).SingleAsync(cancellationToken);
        return new RunDetail
        {
            Row = await db.Runs.AsNoTracking().Where(r => r.Id == runId).Select(ToRow).SingleAsync(cancellationToken),
            Run = run,
            Spec = SpecJson.Read(run.Experiment!.SpecJson),
            SpecHash = run.Experiment.SpecHash,
            Version = run.Experiment.DatasetVersion!,
            SplitHash = split.Hash,
            SplitTestSetHash = split.TestSetHash,
            Events = await db.RunEvents.AsNoTracking().Where(e => e.RunId == runId).OrderBy(e => e.Id).ToListAsync(cancellationToken),
            Artifacts = await db.Artifacts.AsNoTracking().Where(a => a.RunId == runId).OrderBy(a => a.Kind).ToListAsync(cancellationToken),
            Evaluations = await db.Evaluations.AsNoTracking().Where(e => e.RunId == runId).OrderBy(e => e.Id).ToListAsync(cancellationToken),
            Progress = (await db.RunProgress.AsNoTracking().SingleOrDefaultAsync(p => p.RunId == runId, cancellationToken))?.ToRecord(),
        };
    }

    /// <summary>Epochs after <paramref name="afterEpoch"/>, in order.</summary>
    public async Task<IReadOnlyList<EpochRecord>> EpochsAsync(long runId, int afterEpoch = 0, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Epochs.AsNoTracking().Where(e => e.RunId == runId && e.Epoch > afterEpoch).OrderBy(e => e.Epoch).ToListAsync(cancellationToken);
        return rows.ConvertAll(r => r.ToRecord());
    }

    /// <summary>Epochs of several runs at once, by run.</summary>
    public async Task<IReadOnlyDictionary<long, IReadOnlyList<EpochRecord>>> EpochsAsync(IReadOnlyCollection<long> runIds, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Epochs.AsNoTracking().Where(e => runIds.Contains(e.RunId)).OrderBy(e => e.RunId).ThenBy(e => e.Epoch).ToListAsync(cancellationToken);
        return rows.GroupBy(e => e.RunId).ToDictionary(g => g.Key, g => (IReadOnlyList<EpochRecord>)[.. g.Select(e => e.ToRecord())]);
    }

    /// <summary>The moving part of these runs; what the poller fetches after the change feed named them.</summary>
    public async Task<IReadOnlyList<LiveRun>> LiveAsync(IReadOnlyCollection<long> runIds, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await (from run in db.Runs.AsNoTracking()
                          where runIds.Contains(run.Id)
                          join progress in db.RunProgress on run.Id equals progress.RunId into p
                          from progress in p.DefaultIfEmpty()
                          select new { run.Id, run.Status, run.Reason, run.LastEpoch, Progress = progress }).ToListAsync(cancellationToken);
        return rows.ConvertAll(r => new LiveRun(r.Id, r.Status, r.Reason, r.LastEpoch, r.Progress?.ToRecord()));
    }

    /// <summary>Running runs, then waiting ones in the order in which they will start.</summary>
    public async Task<IReadOnlyList<QueueRow>> QueueAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Runs.AsNoTracking()
            .Where(r => r.Status == RunStatus.Queued || r.Status == RunStatus.Interrupted
                || r.Status == RunStatus.Preparing || r.Status == RunStatus.Training || r.Status == RunStatus.Evaluating)
            .Select(ToRow).ToListAsync(cancellationToken);
        var running = rows.Where(r => r.Status.IsActive()).OrderBy(r => r.StartedAt).ToList();
        var waiting = rows.Where(r => !r.Status.IsActive()).OrderByDescending(r => r.Priority).ThenBy(r => r.QueuedAt).ThenBy(r => r.Id);
        var ids = running.ConvertAll(r => r.Id);
        var progress = await db.RunProgress.AsNoTracking().Where(p => ids.Contains(p.RunId)).ToDictionaryAsync(p => p.RunId, cancellationToken);
        return
        [
            .. running.Select(r => new QueueRow(r, 0, progress.GetValueOrDefault(r.Id)?.ToRecord())),
            .. waiting.Select((r, i) => new QueueRow(r, i + 1, null)),
        ];
    }

    /// <summary>All tags in use, for suggestions.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var texts = await db.Runs.Where(r => r.TagText != "" && r.TrashedAt == null).Select(r => r.TagText).Distinct().ToListAsync(cancellationToken);
        return [.. texts.SelectMany(RunTags.Read).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Scores of a run, or null.</summary>
    public async Task<PredictionSet?> PredictionsAsync(
        long runId, string scope = PredictionScope.Test, long? datasetVersionId = null, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.PredictionSets.AsNoTracking()
            .FirstOrDefaultAsync(s => s.RunId == runId && s.Scope == scope && (datasetVersionId == null || s.DatasetVersionId == datasetVersionId), cancellationToken);
    }

    private static IQueryable<Run> Filtered(IQueryable<Run> runs, RunFilter filter)
    {
        runs = filter.Trashed ? runs.Where(r => r.TrashedAt != null) : runs.Where(r => r.TrashedAt == null && r.Archived == filter.Archived);
        if (filter.Statuses.Count > 0) runs = runs.Where(r => filter.Statuses.Contains(r.Status));
        if (filter.Recipes.Count > 0) runs = runs.Where(r => filter.Recipes.Contains(r.Experiment!.Recipe));
        if (filter.DatasetIds.Count > 0) runs = runs.Where(r => filter.DatasetIds.Contains(r.Experiment!.DatasetVersion!.DatasetId));
        if (filter.TestSetHash is { } hash) runs = runs.Where(r => r.TestSetHash == hash);
        if (filter.GroupId is { } group) runs = runs.Where(r => r.GroupId == group);
        if (filter.CreatedById is { } user) runs = runs.Where(r => r.CreatedById == user);
        runs = filter.Conditions.Aggregate(runs, (rest, condition) => rest.Where(condition));
        foreach (var tag in filter.Tags)
        {
            var word = $" {RunTags.Normal(tag)} ";
            runs = runs.Where(r => r.TagText.Contains(word));
        }
        foreach (var word in (filter.Text ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
#pragma warning disable CA1862 // Translated to SQL, where a comparison kind has no meaning.
            runs = runs.Where(r => r.Name.ToLower().Contains(word) || r.Notes.ToLower().Contains(word) || r.TagText.Contains(word)
                || r.Experiment!.Recipe.Contains(word) || r.Experiment.DatasetVersion!.Dataset!.Name.ToLower().Contains(word));
#pragma warning restore CA1862
        return runs;
    }

    private static IQueryable<Run> Sorted(IQueryable<Run> runs, RunFilter filter)
    {
        var sorted = filter.Sort switch
        {
            RunSort.Name => By(runs, r => r.Name),
            RunSort.Status => By(runs, r => r.Status),
            RunSort.Recipe => By(runs, r => r.Experiment!.Recipe),
            RunSort.Dataset => By(runs, r => r.Experiment!.DatasetVersion!.Dataset!.Name),
            RunSort.Epochs => By(runs, r => r.LastEpoch),
            RunSort.Accuracy => ByDefined(runs, r => r.Accuracy, r => r.Accuracy == null),
            RunSort.BalancedAccuracy => ByDefined(runs, r => r.BalancedAccuracy, r => r.BalancedAccuracy == null),
            RunSort.Sensitivity => ByDefined(runs, r => r.Sensitivity, r => r.Sensitivity == null),
            RunSort.Specificity => ByDefined(runs, r => r.Specificity, r => r.Specificity == null),
            RunSort.F1 => ByDefined(runs, r => r.F1, r => r.F1 == null),
            RunSort.Auc => ByDefined(runs, r => r.Auc, r => r.Auc == null),
            RunSort.BestValLoss => ByDefined(runs, r => r.BestValLoss, r => r.BestValLoss == null),
            RunSort.BestValAccuracy => ByDefined(runs, r => r.BestValAccuracy, r => r.BestValAccuracy == null),
            RunSort.Seconds => By(runs, r => r.TrainSeconds),
            RunSort.Finished => ByDefined(runs, r => r.FinishedAt, r => r.FinishedAt == null),
            RunSort.Priority => By(runs, r => r.Priority),
            RunSort.Seed => By(runs, r => r.Experiment!.Seed),
            _ => By(runs, r => r.CreatedAt),
        };
        return sorted.ThenByDescending(r => r.Id);

        IOrderedQueryable<Run> By<T>(IQueryable<Run> source, Expression<Func<Run, T>> key) => filter.Descending ? source.OrderByDescending(key) : source.OrderBy(key);
        IOrderedQueryable<Run> ByDefined<T>(IQueryable<Run> source, Expression<Func<Run, T>> key, Expression<Func<Run, bool>> undefined) =>
            filter.Descending ? source.OrderBy(undefined).ThenByDescending(key) : source.OrderBy(undefined).ThenBy(key);
    }
}
