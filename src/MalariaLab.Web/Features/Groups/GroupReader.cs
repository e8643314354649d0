using System.Text.Json;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Labels;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Groups;

/// <summary>A run of a group.</summary>
public sealed record GroupRun(long Id, string Name, RunStatus Status, EvaluationReport? Test);

/// <summary>A group of runs with what its finished runs give together.</summary>
/// <param name="Group">The group.</param>
/// <param name="DatasetId">The dataset of its runs.</param>
/// <param name="VersionNumber">The version of its runs.</param>
/// <param name="Runs">Its runs, oldest first.</param>
/// <param name="Pooled">Figures over every image, each scored by the fold that was not trained on it; null for seeds and while no fold is finished.</param>
/// <param name="PooledImages">Images with an out-of-fold score, of how many.</param>
public sealed record GroupView(RunGroup Group, long DatasetId, int VersionNumber, IReadOnlyList<GroupRun> Runs, EvaluationReport? Pooled, (int Scored, int All) PooledImages)
{
    /// <summary>Runs with a test report.</summary>
    public IReadOnlyList<GroupRun> Scored => [.. Runs.Where(r => r.Test is not null)];

    /// <summary>Mean and standard deviation of a figure over the finished runs; null without one.</summary>
    public SeedSummary? Over(Func<EvaluationReport, double?> figure) => SeedSummary.Of([.. Scored.Select(r => figure(r.Test!)).OfType<double>()]);
}

/// <summary>Reads groups of runs.</summary>
public sealed class GroupReader(IDbContextFactory<LabDbContext> contexts, OutOfSample outOfSample)
{
    /// <summary>A group, or null when there is none or it has no run left.</summary>
    public async Task<GroupView?> FindAsync(long groupId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var group = await db.RunGroups.AsNoTracking().SingleOrDefaultAsync(g => g.Id == groupId, cancellationToken);
        var runs = await db.Runs.AsNoTracking().Where(r => r.GroupId == groupId && r.TrashedAt == null).OrderBy(r => r.Id)
            .Select(r => new { r.Id, r.Name, r.Status, r.Experiment!.DatasetVersionId }).ToListAsync(cancellationToken);
        if (group is null || runs.Count == 0) return null;
        var ids = runs.ConvertAll(r => r.Id);
        var reports = await db.Evaluations.AsNoTracking()
            .Where(e => ids.Contains(e.RunId) && e.Scope == PredictionScope.Test)
            .Select(e => new { e.RunId, e.DatasetVersionId, e.ReportJson })
            .ToListAsync(cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking()
            .Where(v => v.Id == runs[0].DatasetVersionId)
            .Select(v => new { v.DatasetId, v.Number, v.ImageCount })
            .SingleAsync(cancellationToken);
        var pooled = group.Kind == RunGroupKind.Folds ? await outOfSample.OfGroupAsync(groupId, cancellationToken) : null;
        return new(
            group,
            version.DatasetId,
            version.Number,
            runs.ConvertAll(r => new GroupRun(r.Id, r.Name, r.Status, r.Status == RunStatus.Succeeded ? Report(r.Id, r.DatasetVersionId) : null)),
            pooled is null ? null : Evaluator.Evaluate(pooled.Predictions, pooled.PositiveClass),
            (pooled?.Ordinals.Count ?? 0, version.ImageCount));

        EvaluationReport? Report(long run, long versionId) =>
            reports.FirstOrDefault(e => e.RunId == run && e.DatasetVersionId == versionId) is { } stored
                ? JsonSerializer.Deserialize<EvaluationReport>(stored.ReportJson, SpecJson.Options)
                : null;
    }
}
