using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Compare;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Documents;

/// <summary>What surrounds a run in its lab, for the limits of its figures.</summary>
/// <param name="Seeds">Test accuracy over finished runs that differ in their seed alone, this one included; null when there are none with scores.</param>
/// <param name="OthersOnTestSet">Other finished runs that were scored on the same test images.</param>
/// <param name="SeenByStart">Test images that the runs behind its start learned from.</param>
/// <param name="External">Evaluations on other datasets: name and report.</param>
public sealed record RunSurroundings(SeedSummary? Seeds, int OthersOnTestSet, int SeenByStart, IReadOnlyList<(string Dataset, EvaluationReport Report)> External);

/// <summary>Reads what documents about runs are written from.</summary>
public sealed class RunFindingsReader(RunQueries queries, CompareReader compare, IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>The run; null when there is none or it is in the trash.</summary>
    public async Task<RunFindings?> FindAsync(long runId, CancellationToken cancellationToken = default)
    {
        if (await queries.FindAsync(runId, cancellationToken) is not { Run.TrashedAt: null } detail) return null;
        var entry = (await compare.ReadAsync([runId], cancellationToken: cancellationToken)).Runs.Single();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var split = await db.Splits.AsNoTracking().SingleAsync(s => s.Id == detail.Row.SplitId, cancellationToken);
        return new(detail, split, entry, entry.Test is null ? null : compare.Intervals(entry.Test), await TemperatureAsync(detail, cancellationToken));
    }

    /// <summary>What the lab knows beside the run.</summary>
    public async Task<RunSurroundings> SurroundingsAsync(RunFindings findings, CancellationToken cancellationToken = default)
    {
        var (row, spec) = (findings.Detail.Row, Seedless(findings.Detail.Spec));
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var finished = db.Runs.AsNoTracking().Where(r => r.TrashedAt == null && r.Status == RunStatus.Succeeded);
        var alike = await finished.Where(r => r.Experiment!.SplitId == row.SplitId && r.Experiment.Recipe == row.Recipe && r.Accuracy != null)
            .Select(r => new { r.Experiment!.SpecJson, r.Experiment.Seed, r.Accuracy }).ToListAsync(cancellationToken);
        var seeds = alike.Where(r => Seedless(SpecJson.Read(r.SpecJson)) == spec).DistinctBy(r => r.Seed).Select(r => r.Accuracy!.Value).ToList();
        var external = await (from e in db.Evaluations.AsNoTracking()
                              join version in db.DatasetVersions on e.DatasetVersionId equals version.Id
                              where e.RunId == row.Id && e.Scope == PredictionScope.All && version.DatasetId != row.DatasetId
                              orderby version.Dataset!.Name
                              select new { version.Dataset!.Name, e.ReportJson }).ToListAsync(cancellationToken);
        return new(SeedSummary.Of(seeds),
            row.TestSetHash is null ? 0 : await finished.CountAsync(r => r.TestSetHash == row.TestSetHash && r.Id != row.Id, cancellationToken),
            await db.SeenTestImagesAsync(row.SplitId, findings.Detail.Spec.Weights.StartRun, cancellationToken),
            [.. external.Select(e => (e.Name, System.Text.Json.JsonSerializer.Deserialize<EvaluationReport>(e.ReportJson, System.Text.Json.JsonSerializerOptions.Web)!))]);
    }

    /// <summary>Paths of images by their position in the manifest.</summary>
    public async Task<IReadOnlyDictionary<int, string>> PathsAsync(long versionId, IReadOnlyCollection<int> ordinals, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.DatasetImages.AsNoTracking()
            .Where(i => i.VersionId == versionId && ordinals.Contains(i.Ordinal))
            .ToDictionaryAsync(i => i.Ordinal, i => i.Path, cancellationToken);
    }

    private static string Seedless(ExperimentSpec spec) => SpecJson.Hash(spec with { Training = spec.Training with { Seed = 0 } });

    private async Task<double?> TemperatureAsync(RunDetail detail, CancellationToken cancellationToken)
    {
        var set = await queries.PredictionsAsync(detail.Row.Id, PredictionScope.Validation, detail.Version.Id, cancellationToken);
        if (set is null or { Count: 0 }) return null;
        var predictions = PredictionBlob.Read(set.Blob, detail.Version.ClassNames);
        return TemperatureScaling.Fit(predictions.ToDoubles(), predictions.Truth);
    }
}
