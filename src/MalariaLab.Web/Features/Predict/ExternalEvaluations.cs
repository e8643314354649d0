using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Predict;

/// <summary>What a run scored on a dataset other than its own.</summary>
public sealed record ExternalResult(string Dataset, DatasetVersion Version, DateTimeOffset At, EvaluationReport Report)
{
    /// <summary>Images of the version that the run learned from; the figures leave them out.</summary>
    public int LeftOut => Version.ImageCount - Report.N;
}

/// <summary>External validation of one run: where it can be tried, what is under way, what came out.</summary>
/// <param name="Candidates">Newest ready versions of other datasets with the same class names.</param>
/// <param name="Latest">The latest task, or null.</param>
/// <param name="Results">Latest first.</param>
public sealed record ExternalValidation(IReadOnlyList<DatasetVersion> Candidates, LabTask? Latest, IReadOnlyList<ExternalResult> Results);

/// <summary>Asks for evaluations of finished runs on other datasets and reads them.</summary>
public sealed class ExternalEvaluations(IDbContextFactory<LabDbContext> contexts, LabTasks tasks)
{
    /// <summary>Everything about a run's external validation.</summary>
    public async Task<ExternalValidation> OfRunAsync(long runId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var own = await db.Runs.Where(r => r.Id == runId).Select(r => r.Experiment!.DatasetVersion!).SingleAsync();
        var newest = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset)
            .Where(v => v.Status == DatasetVersionStatus.Ready && v.Dataset!.TrashedAt == null)
            // A version that is being made, or could not be, does not hide the last one that is ready.
            .Where(v => !db.DatasetVersions.Any(later => later.DatasetId == v.DatasetId && later.Number > v.Number && later.Status == DatasetVersionStatus.Ready))
            .OrderBy(v => v.Dataset!.Name).ToListAsync();
        var rows = await (from e in db.Evaluations.AsNoTracking()
                          where e.RunId == runId && e.Scope == PredictionScope.All
                          join v in db.DatasetVersions on e.DatasetVersionId equals v.Id
                          orderby e.At descending
                          select new { e.At, e.ReportJson, Version = v, v.Dataset!.Name }).AsNoTracking().ToListAsync();
        return new(
            newest.FindAll(v => Refusal(own, v) is null),
            await db.Tasks.AsNoTracking().Where(t => t.Kind == JobKind.Evaluation && t.SubjectId == runId).OrderByDescending(t => t.Id).FirstOrDefaultAsync(),
            rows.ConvertAll(r => new ExternalResult(r.Name, r.Version, r.At, JsonSerializer.Deserialize<EvaluationReport>(r.ReportJson, JsonSerializerOptions.Web)!)));
    }

    /// <summary>Queues an evaluation; one that is under way already is not queued twice.</summary>
    /// <param name="run">The run with its experiment, version and dataset.</param>
    /// <param name="version">The version with its dataset.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Row id of the task.</returns>
    /// <exception cref="ExplainedException">The run has not finished, or the dataset does not fit it.</exception>
    public Task<long> StartAsync(Run run, DatasetVersion version, Actor actor, CancellationToken cancellationToken = default)
    {
        Predictor.RequireFinished(run.Id, run.Name, run.Status);
        if (Refusal(run.Experiment!.DatasetVersion!, version) is { } refusal) throw new ExplainedException(refusal);
        var payload = JsonSerializer.Serialize(new EvaluationPayload(version.Id), SpecJson.Options);
        return tasks.EnsureAsync(new(JobKind.Evaluation, $"{run.Name} on {version.Dataset!.Name}", run.Id, payload), actor, cancellationToken);
    }

    /// <summary>Queues an evaluation on the test part of another split, so that runs can be compared on the same images.</summary>
    /// <param name="runId">A finished run.</param>
    /// <param name="splitId">The split.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Row id of the task.</returns>
    /// <exception cref="ExplainedException">The run has not finished, or the classes differ.</exception>
    public async Task<long> StartOnTestSetAsync(long runId, long splitId, Actor actor, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.Runs.AsNoTracking()
            .Where(r => r.Id == runId)
            .Select(r => new { r.Name, r.Status, r.Experiment!.SplitId, r.Experiment.DatasetVersion!.ClassNames })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no run {runId}.");
        Predictor.RequireFinished(runId, run.Name, run.Status);
        var split = await db.Splits.AsNoTracking()
            .Where(s => s.Id == splitId)
            .Select(s => new { s.Name, s.VersionId, s.Version!.ClassNames, Dataset = s.Version.Dataset!.Name })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no split {splitId}.");
        if (run.SplitId == splitId) throw new ExplainedException($"This is {run.Name}'s own test set; its test figures are the ones to read.");
        if (!run.ClassNames.Order().SequenceEqual(split.ClassNames.Order()))
            throw new ExplainedException($"{run.Name} knows the classes {string.Join(", ", run.ClassNames)}, "
                + $"but {split.Dataset} has {string.Join(", ", split.ClassNames)}: only runs with the same classes can be compared.");
        var payload = JsonSerializer.Serialize(new EvaluationPayload(split.VersionId, splitId), SpecJson.Options);
        return await tasks.EnsureAsync(new(JobKind.Evaluation, $"{run.Name} on the test set of {split.Dataset}, {split.Name}", runId, payload), actor, cancellationToken);
    }

    /// <summary>Evaluations of these runs on test sets of other splits that are under way or failed last, by run and split.</summary>
    public async Task<IReadOnlyDictionary<(long Run, long Split), LabTask>> OpenAsync(IReadOnlyCollection<long> runIds, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var all = await db.Tasks.AsNoTracking().Where(t => t.Kind == JobKind.Evaluation && runIds.Contains(t.SubjectId!.Value)).OrderBy(t => t.Id).ToListAsync(cancellationToken);
        var latest = new Dictionary<(long, long), LabTask>();
        foreach (var task in all)
            if (JsonSerializer.Deserialize<EvaluationPayload>(task.PayloadJson, SpecJson.Options)!.SplitId is { } split) latest[(task.SubjectId!.Value, split)] = task;
        return latest.Where(t => t.Value.Status != LabTaskStatus.Succeeded).ToDictionary();
    }

    // The worker checks again; this answers before anything waits in the queue.
    private static string? Refusal(DatasetVersion own, DatasetVersion other)
    {
        var name = other.Dataset!.Name;
        if (other.Status != DatasetVersionStatus.Ready) return $"{name} is not ready. {other.Verdict}";
        if (other.ContentHash == own.ContentHash)
            return $"The run was trained on the images of {name}; its test figures are the ones to read. Choose another dataset.";
        if (!other.ClassNames.Order().SequenceEqual(own.ClassNames.Order()))
        {
            return $"The run knows the classes {string.Join(", ", own.ClassNames)}, but {name} has {string.Join(", ", other.ClassNames)}: "
                + "choose a dataset with the same class names.";
        }
        return null;
    }
}
