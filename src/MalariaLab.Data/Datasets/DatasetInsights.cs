using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>Reports about dataset versions: asked for here, made by the worker, read by pages and the API. Versions do not change, so each is made once.</summary>
public sealed class DatasetInsights(IDbContextFactory<LabDbContext> contexts, LabTasks tasks, TimeProvider time)
{
    private static readonly JobKind[] Kinds = [JobKind.Statistics, JobKind.Audit, JobKind.Duplicates];

    /// <summary>A stored report, or null.</summary>
    /// <typeparam name="T">The type that belongs to the kind.</typeparam>
    public async Task<T?> FindAsync<T>(long versionId, JobKind kind, CancellationToken cancellationToken = default) where T : class
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var json = await db.DatasetInsights.Where(i => i.VersionId == versionId && i.Kind == kind).Select(i => i.Json).SingleOrDefaultAsync(cancellationToken);
        return json is null ? null : JsonSerializer.Deserialize<T>(json, SpecJson.Options);
    }

    /// <summary>Asks for a report unless it is being made already; one that is there is made anew.</summary>
    /// <returns>Row id of the task.</returns>
    public async Task<long> StartAsync(long versionId, JobKind kind, Actor actor, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).SingleOrDefaultAsync(v => v.Id == versionId, cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        if (version.ImageCount == 0) throw new ExplainedException($"{version.Dataset!.Name} has no images to look at. {version.Verdict}");
        var what = kind switch
        {
            JobKind.Statistics => "Statistics",
            JobKind.Duplicates => "Near-duplicates",
            JobKind.Audit => "Shortcut audit",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a report about a dataset version."),
        };
        // Behind imports, which people wait for.
        return await tasks.EnsureAsync(new NewTask(kind, $"{what} of {version.Dataset!.Name}", versionId, Priority: -1), actor, cancellationToken);
    }

    /// <summary>Asks for all reports that are not there yet; a version without images needs none.</summary>
    public async Task StartAllAsync(long versionId, Actor actor, CancellationToken cancellationToken = default)
    {
        List<JobKind> present;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            if (!await db.DatasetVersions.AnyAsync(v => v.Id == versionId && v.ImageCount > 0, cancellationToken)) return;
            present = await db.DatasetInsights.Where(i => i.VersionId == versionId).Select(i => i.Kind).ToListAsync(cancellationToken);
        }
        foreach (var kind in Kinds.Except(present)) await StartAsync(versionId, kind, actor, cancellationToken);
    }

    /// <summary>The newest task that made or makes a report, or null.</summary>
    public async Task<LabTask?> TaskAsync(long versionId, JobKind kind, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Tasks.AsNoTracking().Where(t => t.Kind == kind && t.SubjectId == versionId).OrderByDescending(t => t.Id).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Stores a report, if <paramref name="job"/> still is held.</summary>
    public Task SaveAsync<T>(JobContext job, long versionId, T report, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        if (!await db.Tasks.AnyAsync(t => t.Id == job.Id && t.Ticket == job.Ticket && t.Status == LabTaskStatus.Running, cancellationToken))
            throw new OwnershipLostException($"Task {job.Id}");
        var (json, now) = (JsonSerializer.Serialize(report, SpecJson.Options), time.GetUtcNow());
        var touched = await db.DatasetInsights.Where(i => i.VersionId == versionId && i.Kind == job.Kind)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.Json, json).SetProperty(i => i.At, now), cancellationToken);
        if (touched == 0)
        {
            db.DatasetInsights.Add(new DatasetInsight { VersionId = versionId, Kind = job.Kind, Json = json, At = now });
            await db.SaveChangesAsync(cancellationToken);
        }
        var dataset = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.DatasetId).SingleAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, dataset));
    }, cancellationToken);
}
