using System.Text.Json;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Experiments;

/// <summary>A dataset version that can be trained on.</summary>
public sealed record ReadyVersion(long DatasetId, long VersionId, string Name, int Number, IReadOnlyList<string> ClassNames, string Hash);

/// <summary>A run whose weights can be the start of another.</summary>
public sealed record FinishedRun(long Id, string Name, ArchitectureSpec Architecture, PixelScaling Scaling);

/// <summary>What the lab can offer the form.</summary>
/// <param name="Versions">Ready versions, newest of each dataset first.</param>
/// <param name="Files">Imported weights.</param>
/// <param name="Runs">Finished runs, newest first.</param>
/// <param name="Paces">Measured paces on the devices at hand.</param>
/// <param name="Device">A device at hand in words, or null.</param>
public sealed record LabOffer(
    IReadOnlyList<ReadyVersion> Versions, IReadOnlyList<WeightsFile> Files, IReadOnlyList<FinishedRun> Runs, IReadOnlyList<MeasuredPace> Paces, string? Device);

/// <summary>Reads what the experiment form shows.</summary>
public sealed class ExperimentReader(IDbContextFactory<LabDbContext> contexts)
{
    private const int RunsOffered = 200, RunsMeasured = 40;

    /// <summary>Datasets, weights and history.</summary>
    /// <param name="run">A run that the form begins from: it and its own start are offered also when they are older than the others.</param>
    public async Task<LabOffer> OfferAsync(long? run = null)
    {
        long?[] wanted = [run, run is { } id ? (await RunAsync(id))?.Spec.Weights.RunId : null];
        await using var db = await contexts.CreateDbContextAsync();
        var versions = await db.DatasetVersions.AsNoTracking()
            .Where(v => v.Status == DatasetVersionStatus.Ready && v.Dataset!.TrashedAt == null)
            .OrderBy(v => v.Dataset!.Name).ThenByDescending(v => v.Number)
            .Select(v => new ReadyVersion(v.DatasetId, v.Id, v.Dataset!.Name, v.Number, v.ClassNames, v.ContentHash)).ToListAsync();
        var startable = db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Succeeded && r.TrashedAt == null);
        var finished = (await startable.OrderByDescending(r => r.Id).Take(RunsOffered).Union(startable.Where(r => wanted.Contains(r.Id))).OrderByDescending(r => r.Id)
            .Select(r => new { r.Id, r.Name, r.Experiment!.SpecJson }).ToListAsync()).ConvertAll(r => (r.Id, r.Name, Spec: SpecJson.Read(r.SpecJson)));
        var device = await db.Workers.AsNoTracking().Where(w => w.State != WorkerState.Stopped).OrderByDescending(w => w.HeartbeatAt).Select(w => w.Device).FirstOrDefaultAsync();
        return new LabOffer(versions, await db.WeightsFiles.AsNoTracking().OrderBy(w => w.Name).ToListAsync(),
            finished.ConvertAll(r => new FinishedRun(r.Id, r.Name, r.Spec.Architecture, r.Spec.Preprocessing.Scaling)), await PacesAsync(db, device), device);
    }

    /// <summary>The spec of a run, to be cloned.</summary>
    public async Task<(string Name, ExperimentSpec Spec)?> RunAsync(long runId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var run = await db.Runs.AsNoTracking().Where(r => r.Id == runId).Select(r => new { r.Name, r.Experiment!.SpecJson }).SingleOrDefaultAsync();
        return run is null ? null : (run.Name, SpecJson.Read(run.SpecJson));
    }

    /// <summary>All folds of the cross-validation that a split belongs to, in their order; empty for another split.</summary>
    public async Task<IReadOnlyList<DataSpec>> FoldsAsync(long splitId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var splits = await db.Splits.AsNoTracking().Where(s => s.VersionId == db.Splits.Where(o => o.Id == splitId).Select(o => o.VersionId).First())
            .Select(s => new { s.Id, s.VersionId, s.Hash, s.Version!.ContentHash, s.PlanJson }).ToListAsync();
        var plans = splits.Select(s => (Split: s, Plan: JsonSerializer.Deserialize<SplitPlan>(s.PlanJson, SpecJson.Options)!)).ToList();
        return plans.FirstOrDefault(p => p.Split.Id == splitId) is { Split: not null } chosen
            ? [.. FoldSet.Of(plans, chosen.Plan).Select(s => new DataSpec { DatasetVersionId = s.VersionId, SplitId = s.Id, DatasetHash = s.ContentHash, SplitHash = s.Hash })]
            : [];
    }

    // Without a worker at hand, any device's history is better than none; the page says which it was.
    private static async Task<IReadOnlyList<MeasuredPace>> PacesAsync(LabDbContext db, string? device)
    {
        var paces = from run in db.Runs
                    join epoch in db.Epochs on new { RunId = run.Id, Epoch = run.LastEpoch } equals new { epoch.RunId, epoch.Epoch }
                    where device == null || run.Device == device
                    orderby run.Id descending
                    select new { run.Experiment!.SpecJson, run.Experiment.DatasetVersion!.ClassNames, epoch.ImagesPerSecond };
        var rows = await paces.Take(RunsMeasured).AsNoTracking().ToListAsync();
        return rows.ConvertAll(r => new MeasuredPace(SpecJson.Read(r.SpecJson), r.ClassNames.Count, r.ImagesPerSecond));
    }
}
