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

/// <summary>
/// Fills a version. SQLite has one writer, and an epoch or a click must not wait for 100,000 rows: the manifest is added in short transactions
/// while the version still counts as being imported and shows nothing, and the last one makes it visible. What a killed import left is taken out
/// by the next attempt, or by <see cref="Store.Housekeeping"/>.
/// </summary>
public sealed class DatasetVersionWriter(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    private const int RowsAtOnce = 1000;

    /// <summary>After so long, others are let in.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(200);

    /// <summary>Whoever waits for a locked SQLite looks again every 100 ms at worst.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);

    /// <summary>Stores the content of a version that is being imported, if <paramref name="job"/> still is held.</summary>
    /// <exception cref="OwnershipLostException">The task was taken away or the version is not being imported.</exception>
    public async Task CompleteAsync(JobContext job, long versionId, VersionContent content, PackWriter? pack, CancellationToken cancellationToken = default)
    {
        await contexts.InTransactionAsync(db => BeginAsync(db, job, versionId, cancellationToken), cancellationToken);
        await ClearAsync(versionId, DatasetVersionStatus.Importing, cancellationToken);
        pack?.Seal();
        var totals = Totals.Of(content);
        var turn = new Turn(time);
        foreach (var images in content.Images.Chunk(RowsAtOnce))
        {
            await turn.NextAsync(cancellationToken);
            await AddAsync(job, versionId, images, pack, cancellationToken);
        }
        await contexts.InTransactionAsync(async db =>
        {
            await HoldAsync(db, job, cancellationToken);
            if (pack is not null) await pack.FinishAsync(db, cancellationToken);
            await FinishAsync(db, versionId, content, totals, cancellationToken);
            await TouchAsync(db, versionId, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Ends an import that could not be done.</summary>
    public async Task FailAsync(JobContext job, long versionId, string sentence, CancellationToken cancellationToken = default)
    {
        await contexts.InTransactionAsync(async db =>
        {
            await HoldAsync(db, job, cancellationToken);
            await db.DatasetVersions.Where(v => v.Id == versionId && v.Status == DatasetVersionStatus.Importing)
                .ExecuteUpdateAsync(set => set.SetProperty(v => v.Status, DatasetVersionStatus.Failed).SetProperty(v => v.Verdict, sentence), cancellationToken);
            await TouchAsync(db, versionId, cancellationToken);
        }, cancellationToken);
        await ClearAsync(versionId, DatasetVersionStatus.Failed, cancellationToken);
    }

    /// <summary>Takes out the rows of versions whose import has ended without a result.</summary>
    internal async Task ClearFailedAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var left = await db.DatasetVersions
            .Where(v => v.Status == DatasetVersionStatus.Failed && db.DatasetImages.Any(i => i.VersionId == v.Id))
            .Select(v => v.Id)
            .ToListAsync(cancellationToken);
        foreach (var version in left) await ClearAsync(version, DatasetVersionStatus.Failed, cancellationToken);
    }

    /// <summary>Fills a version in the caller's transaction.</summary>
    internal static async Task FillAsync(LabDbContext db, long versionId, VersionContent content, CancellationToken cancellationToken)
    {
        await InsertAsync(db, versionId, content.Images, cancellationToken);
        await FinishAsync(db, versionId, content, Totals.Of(content), cancellationToken);
    }

    private async Task AddAsync(JobContext job, long versionId, IReadOnlyList<DatasetImage> images, PackWriter? pack, CancellationToken cancellationToken)
    {
        for (var again = pack is not null; ; again = false)
            try
            {
                await contexts.InTransactionAsync(async db =>
                {
                    await HoldAsync(db, job, cancellationToken);
                    if (pack is not null) await pack.StageAsync(db, images.Select(i => i.Sha256), cancellationToken);
                    await InsertAsync(db, versionId, images, cancellationToken);
                }, cancellationToken);
                pack?.Keep();
                return;
            }
            // A clean-up may have dropped an unnamed content between the look and the insert; the second time it is written anew.
            catch (DbUpdateException) when (again) { }
    }

    private static Task InsertAsync(LabDbContext db, long versionId, IReadOnlyList<DatasetImage> images, CancellationToken cancellationToken)
    {
        foreach (var image in images) image.VersionId = versionId;
        return db.BulkInsertAsync(images, cancellationToken);
    }

    private static async Task FinishAsync(LabDbContext db, long versionId, VersionContent content, Totals totals, CancellationToken cancellationToken)
    {
        var status = content.Verdict.IsReady ? DatasetVersionStatus.Ready : DatasetVersionStatus.NotReady;
        await db.DatasetVersions.Where(v => v.Id == versionId).ExecuteUpdateAsync(set => set
            .SetProperty(v => v.Status, status)
            .SetProperty(v => v.Verdict, content.Verdict.Sentence)
            .SetProperty(v => v.ClassNames, content.ClassNames.ToList())
            .SetProperty(v => v.ClassCounts, totals.ClassCounts)
            .SetProperty(v => v.PositiveClass, content.PositiveClass)
            .SetProperty(v => v.GroupRule, content.GroupRule)
            .SetProperty(v => v.ContentHash, totals.Hash)
            .SetProperty(v => v.ImageCount, content.Images.Count)
            .SetProperty(v => v.GroupCount, totals.Groups)
            .SetProperty(v => v.RefusalCount, content.Refusals.Count)
            .SetProperty(v => v.Bytes, totals.Bytes), cancellationToken);
        foreach (var refusal in content.Refusals) (refusal.Id, refusal.VersionId) = (0, versionId);
        await db.BulkInsertAsync(content.Refusals, cancellationToken);
        if (content.Derived is not { } derived) return;
        var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == versionId, cancellationToken);
        var summary = (await DerivedVersions.FinishAsync(db, version, derived, content.Images, cancellationToken)).ToJson();
        await db.DatasetVersions.Where(v => v.Id == versionId).ExecuteUpdateAsync(set => set.SetProperty(v => v.ChangesJson, summary), cancellationToken);
    }

    /// <summary>Deletes the images of a version that has not become visible, as long as it has that status.</summary>
    private async Task ClearAsync(long versionId, DatasetVersionStatus status, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var left = db.DatasetImages.Where(i => i.VersionId == versionId && db.DatasetVersions.Any(v => v.Id == versionId && v.Status == status));
        var turn = new Turn(time);
        for (var last = await left.MaxAsync(i => (int?)i.Ordinal, cancellationToken); last >= 0; last -= RowsAtOnce)
        {
            await turn.NextAsync(cancellationToken);
            var from = last - RowsAtOnce;
            await left.Where(i => i.Ordinal > from).ExecuteDeleteAsync(cancellationToken);
        }
    }

    // A failed import may be tried again.
    private static async Task BeginAsync(LabDbContext db, JobContext job, long versionId, CancellationToken cancellationToken)
    {
        await HoldAsync(db, job, cancellationToken);
        var touched = await db.DatasetVersions.Where(v => v.Id == versionId && (v.Status == DatasetVersionStatus.Importing || v.Status == DatasetVersionStatus.Failed))
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.Status, DatasetVersionStatus.Importing), cancellationToken);
        if (touched != 1) throw new OwnershipLostException($"Dataset version {versionId}");
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

    /// <summary>What is said of all images together; added up before anybody has to wait.</summary>
    private sealed record Totals(List<int> ClassCounts, string Hash, int Groups, long Bytes)
    {
        public static Totals Of(VersionContent content)
        {
            var counts = new int[content.ClassNames.Count];
            foreach (var image in content.Images) counts[image.Label]++;
            return new(
                [.. counts],
                ContentHashes.Dataset(content.ClassNames, content.Images.Select(i => new SplitItem(i.Sha256, i.Label, i.Group, i.GivenPart))),
                content.Images.Select(i => i.Group).OfType<string>().Distinct().Count(),
                content.Images.Sum(i => (long)i.Bytes));
        }
    }

    /// <summary>Short transactions one after another, and a pause for those who wait.</summary>
    private sealed class Turn(TimeProvider time)
    {
        private long began = time.GetTimestamp();

        public async Task NextAsync(CancellationToken cancellationToken)
        {
            if (time.GetElapsedTime(began) < LongestTurn) return;
            await Task.Delay(Pause, time, cancellationToken);
            began = time.GetTimestamp();
        }
    }
}
