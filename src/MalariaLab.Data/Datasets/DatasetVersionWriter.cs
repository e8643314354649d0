using MalariaLab.Core.Datasets;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Sqlite;
using MalariaLab.Data.Store;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>Everything that an import found out.</summary>
public sealed record VersionContent
{
    /// <summary>Class names in class-index order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Index of the positive class, or null.</summary>
    public int? PositiveClass { get; init; }

    /// <summary>The group rule as text.</summary>
    public string GroupRule { get; init; } = "none";

    /// <summary>Accepted images in manifest order, with ordinals from 0.</summary>
    public required IReadOnlyList<DatasetImage> Images { get; init; }

    /// <summary>Files that were not taken.</summary>
    public IReadOnlyList<ImportRefusal> Refusals { get; init; } = [];

    /// <summary>Whether it can be trained on.</summary>
    public required ImportVerdict Verdict { get; init; }

    /// <summary>For a version that is made from another: what became of that.</summary>
    public Derivation? Derived { get; init; }
}

/// <summary>How a version came from its parent.</summary>
/// <param name="Changes">What was asked for.</param>
/// <param name="Excluded">Images left out.</param>
/// <param name="Relabelled">Images with another class.</param>
/// <param name="Added">New images.</param>
public sealed record Derivation(VersionChanges Changes, int Excluded, int Relabelled, int Added);

/// <summary>Fills a version in one transaction: contents, manifest, refusals and verdict become visible together or not at all.</summary>
public sealed class DatasetVersionWriter(IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>Stores the content of a version that is being imported, if <paramref name="job"/> still is held.</summary>
    /// <exception cref="OwnershipLostException">The task was taken away or the version is not being imported.</exception>
    public async Task CompleteAsync(JobContext job, long versionId, VersionContent content, PackWriter? pack, CancellationToken cancellationToken = default)
    {
        for (var again = pack is not null; ; again = false)
            try
            {
                await contexts.InTransactionAsync(db => WriteAsync(db, job, versionId, content, pack, cancellationToken), cancellationToken);
                pack?.Keep();
                return;
            }
            // A clean-up may have dropped an unnamed content between the look and the insert; the second time it is written anew.
            catch (DbUpdateException) when (again) { }
    }

    /// <summary>Ends an import that could not be done.</summary>
    public Task FailAsync(JobContext job, long versionId, string sentence, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        await HoldAsync(db, job, cancellationToken);
        await db.DatasetVersions.Where(v => v.Id == versionId && v.Status == DatasetVersionStatus.Importing)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.Status, DatasetVersionStatus.Failed).SetProperty(v => v.Verdict, sentence), cancellationToken);
        await TouchAsync(db, versionId, cancellationToken);
    }, cancellationToken);

    private static async Task WriteAsync(LabDbContext db, JobContext job, long versionId, VersionContent content, PackWriter? pack, CancellationToken cancellationToken)
    {
        await HoldAsync(db, job, cancellationToken);
        await FillAsync(db, versionId, content, pack, cancellationToken);
        await TouchAsync(db, versionId, cancellationToken);
    }

    /// <summary>Fills a version in the caller's transaction. A failed import may be tried again.</summary>
    internal static async Task FillAsync(LabDbContext db, long versionId, VersionContent content, PackWriter? pack, CancellationToken cancellationToken)
    {
        var counts = new int[content.ClassNames.Count];
        foreach (var image in content.Images) counts[image.Label]++;
        var hash = ContentHashes.Dataset(content.ClassNames, content.Images.Select(i => new SplitItem(i.Sha256, i.Label, i.Group, i.GivenPart)));
        var status = content.Verdict.IsReady ? DatasetVersionStatus.Ready : DatasetVersionStatus.NotReady;
        var touched = await db.DatasetVersions.Where(v => v.Id == versionId && (v.Status == DatasetVersionStatus.Importing || v.Status == DatasetVersionStatus.Failed)).ExecuteUpdateAsync(set => set
            .SetProperty(v => v.Status, status)
            .SetProperty(v => v.Verdict, content.Verdict.Sentence)
            .SetProperty(v => v.ClassNames, content.ClassNames.ToList())
            .SetProperty(v => v.ClassCounts, counts.ToList())
            .SetProperty(v => v.PositiveClass, content.PositiveClass)
            .SetProperty(v => v.GroupRule, content.GroupRule)
            .SetProperty(v => v.ContentHash, hash)
            .SetProperty(v => v.ImageCount, content.Images.Count)
            .SetProperty(v => v.GroupCount, content.Images.Select(i => i.Group).OfType<string>().Distinct().Count())
            .SetProperty(v => v.RefusalCount, content.Refusals.Count)
            .SetProperty(v => v.Bytes, content.Images.Sum(i => (long)i.Bytes)), cancellationToken);
        if (touched != 1) throw new OwnershipLostException($"Dataset version {versionId}");
        if (pack is not null) await pack.StageAsync(db, replace: false, cancellationToken);
        foreach (var image in content.Images) image.VersionId = versionId;
        await db.BulkInsertAsync(content.Images, cancellationToken);
        foreach (var refusal in content.Refusals) (refusal.Id, refusal.VersionId) = (0, versionId);
        await db.BulkInsertAsync(content.Refusals, cancellationToken);
        if (content.Derived is not { } derived) return;
        var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == versionId, cancellationToken);
        var summary = (await DerivedVersions.FinishAsync(db, version, derived, content.Images, cancellationToken)).ToJson();
        await db.DatasetVersions.Where(v => v.Id == versionId).ExecuteUpdateAsync(set => set.SetProperty(v => v.ChangesJson, summary), cancellationToken);
    }

    private static async Task HoldAsync(LabDbContext db, JobContext job, CancellationToken cancellationToken)
    {
        var held = await db.Tasks.Where(t => t.Id == job.Id && t.Ticket == job.Ticket && t.Status == LabTaskStatus.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.Ticket, job.Ticket), cancellationToken);
        if (held != 1) throw new OwnershipLostException($"Task {job.Id}");
    }

    private static async Task TouchAsync(LabDbContext db, long versionId, CancellationToken cancellationToken)
    {
        var dataset = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.DatasetId).SingleAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, dataset));
    }
}
