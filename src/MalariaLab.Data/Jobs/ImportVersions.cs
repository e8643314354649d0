using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Jobs;

/// <summary>
/// Keeps the state of a version in step with that of its import, whoever ends or begins the task: a version that nothing imports any more would
/// hide the ones before it and hold the dataset's name for ever.
/// </summary>
internal static class ImportVersions
{
    /// <summary>What a version says of itself while it is imported.</summary>
    public const string Unfinished = "The import is not finished.";

    /// <summary>An import has ended without a result; other kinds of tasks, and versions with content, stay as they are.</summary>
    public static Task EndAsync(LabDbContext db, JobKind kind, long? versionId, string verdict, CancellationToken cancellationToken) =>
        MoveAsync(db, kind, versionId, DatasetVersionStatus.Importing, DatasetVersionStatus.Failed, verdict, cancellationToken);

    /// <summary>A failed import is tried again.</summary>
    public static Task BeginAgainAsync(LabDbContext db, JobKind kind, long? versionId, CancellationToken cancellationToken) =>
        MoveAsync(db, kind, versionId, DatasetVersionStatus.Failed, DatasetVersionStatus.Importing, Unfinished, cancellationToken);

    private static async Task MoveAsync(
        LabDbContext db, JobKind kind, long? versionId, DatasetVersionStatus from, DatasetVersionStatus to, string verdict, CancellationToken cancellationToken)
    {
        if (kind != JobKind.Import) return;
        var version = db.DatasetVersions.Where(v => v.Id == versionId && v.Status == from);
        if (await version.Select(v => (long?)v.DatasetId).SingleOrDefaultAsync(cancellationToken) is not { } dataset) return;
        await version.ExecuteUpdateAsync(set => set.SetProperty(v => v.Status, to).SetProperty(v => v.Verdict, verdict), cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, dataset));
    }
}
