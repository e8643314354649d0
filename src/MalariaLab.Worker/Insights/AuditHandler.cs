using MalariaLab.Core;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Insights;

/// <summary>Looks for shortcuts in a dataset version, the subject. It needs what the import measured, and no image is opened.</summary>
internal sealed class AuditHandler(IDbContextFactory<LabDbContext> contexts, DatasetInsights insights) : IJobHandler
{
    public JobKind Kind => JobKind.Audit;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var versionId = job.SubjectId!.Value;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(v => v.Id == versionId, cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId).OrderBy(i => i.Ordinal)
            .Select(i => new AuditImage(i.Label, i.Group, i.Width, i.Height, i.Bytes, i.Format, i.MeanR, i.MeanG, i.MeanB, i.BackgroundShare)).ToListAsync(cancellationToken);
        var audit = ShortcutAudit.Of(images, version.ClassNames.Count, version.PositiveClass ?? 1,
            share => job.Progress.Report(("Trying what predicts the class", share)), cancellationToken);
        await insights.SaveAsync(job, versionId, audit, cancellationToken);
        return null;
    }
}
