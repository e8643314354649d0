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
public sealed record ExternalResult(string Dataset, DatasetVersion Version, DateTimeOffset At, EvaluationReport Report);

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
            .Where(v => !db.DatasetVersions.Any(later => later.DatasetId == v.DatasetId && later.Number > v.Number))
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

    // The worker checks again; this answers before anything waits in the queue.
    private static string? Refusal(DatasetVersion own, DatasetVersion other) =>
        other.Status != DatasetVersionStatus.Ready ? $"{other.Dataset!.Name} is not ready. {other.Verdict}"
        : other.ContentHash == own.ContentHash ? $"The run was trained on the images of {other.Dataset!.Name}; its test figures are the ones to read. Choose another dataset."
        : !other.ClassNames.Order().SequenceEqual(own.ClassNames.Order()) ? $"The run knows the classes {string.Join(", ", own.ClassNames)}, but {other.Dataset!.Name} has {string.Join(", ", other.ClassNames)}: choose a dataset with the same class names."
        : null;
}
