using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Imaging.Cache;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Caches;

/// <summary>Makes a pixel cache ahead of the runs that will want it. The subject is a dataset version.</summary>
internal sealed class CacheHandler(IDbContextFactory<LabDbContext> contexts, PixelCaches caches) : IJobHandler
{
    public JobKind Kind => JobKind.Cache;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var wanted = JsonSerializer.Deserialize<CachePayload>(job.PayloadJson, SpecJson.Options)!;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(v => v.Id == job.SubjectId, cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {job.SubjectId}.");
        var items = await db.SplitItemsAsync(version.Id, cancellationToken);
        var progress = new SynchronousProgress<PixelCacheProgress>(p => job.Progress.Report(($"Caching images: {p.Done:N0} of {p.Total:N0}", (double)p.Done / p.Total)));
        using var images = await caches.OpenAsync(version, items, wanted.Architecture, wanted.Interpolation, progress, cancellationToken);
        return null;
    }
}
