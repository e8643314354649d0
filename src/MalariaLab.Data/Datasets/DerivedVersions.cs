using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>What stays of a version when another is made from it.</summary>
/// <param name="Parent">The version, which is not altered.</param>
/// <param name="Images">Its remaining images as new rows with their new labels, in manifest order.</param>
/// <param name="Excluded">Images that were left out.</param>
/// <param name="Relabelled">Images whose class changed.</param>
public sealed record KeptContent(DatasetVersion Parent, IReadOnlyList<DatasetImage> Images, int Excluded, int Relabelled);

/// <summary>Row ids of a new version.</summary>
public sealed record DerivedVersion(long DatasetId, long VersionId, int Number);

/// <summary>
/// Makes a version of a dataset from an older one. The older version, its splits and its runs stay as they are. Images that are to be added come by
/// an import with source <see cref="ImportSource.Derived"/>, see <see cref="DatasetCommands.StartImportAsync"/>.
/// </summary>
public sealed class DerivedVersions(IDbContextFactory<LabDbContext> contexts, DatasetInsights insights, TimeProvider time)
{
    /// <summary>Longest reason that is stored.</summary>
    public const int MaxReason = 2000;

    /// <summary>Leaves out and relabels images; manifest, hashes and splits of the new version become visible at once or not at all, and its reports are asked for.</summary>
    /// <exception cref="ExplainedException">Nothing would change, an image or a class is not there, or what is left can't be trained on.</exception>
    public async Task<DerivedVersion> CreateAsync(VersionChanges changes, Actor actor, CancellationToken cancellationToken = default)
    {
        var made = await AddAsync(changes, actor, cancellationToken);
        await insights.StartAllAsync(made.VersionId, actor, cancellationToken);
        return made;
    }

    private Task<DerivedVersion> AddAsync(VersionChanges changes, Actor actor, CancellationToken cancellationToken) => contexts.InTransactionAsync(async db =>
    {
        var now = time.GetUtcNow();
        var kept = await KeepAsync(db, changes, cancellationToken);
        if (kept.Excluded + kept.Relabelled == 0) throw new ExplainedException("The new version would be the same as the old one: choose images to leave out or to relabel.");
        var classes = kept.Parent.ClassNames;
        var verdict = ImportVerdict.Of(classes, [.. classes.Select((_, label) => kept.Images.Count(i => i.Label == label))], 0, Ungrouped(kept.Parent.GroupRule, kept.Images));
        if (!verdict.IsReady) throw new ExplainedException($"The new version could not be trained on. {verdict.Sentence}");
        var version = await AddRowAsync(db, kept.Parent.DatasetId, changes, actor, now, cancellationToken);
        await DatasetVersionWriter.FillAsync(db, version.Id, new VersionContent
        {
            ClassNames = classes,
            PositiveClass = kept.Parent.PositiveClass,
            GroupRule = kept.Parent.GroupRule,
            Images = [.. kept.Images.Select((image, ordinal) => { image.Ordinal = ordinal; return image; })],
            Verdict = verdict,
            Derived = new(changes, kept.Excluded, kept.Relabelled, 0),
        }, cancellationToken);
        var audited = AuditEntry.Of(actor, now, "dataset.derive", $"dataset {version.DatasetId}, version {version.Number}");
        audited.DetailJson = JsonSerializer.Serialize(new { changes.Reason, kept.Excluded, kept.Relabelled });
        db.AuditEntries.Add(audited);
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, version.DatasetId));
        return new DerivedVersion(version.DatasetId, version.Id, version.Number);
    }, cancellationToken);

    /// <summary>What stays of a version under some changes.</summary>
    /// <exception cref="ExplainedException">The version, an image or a class is not there.</exception>
    public async Task<KeptContent> KeepAsync(VersionChanges changes, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await KeepAsync(db, changes, cancellationToken);
    }

    /// <summary>Images without a group although the rule asks for one.</summary>
    public static int Ungrouped(string groupRule, IEnumerable<DatasetImage> images) => groupRule == "none" ? 0 : images.Count(i => i.Group is null);

    /// <summary>The empty row that is filled next. The parent must be finished.</summary>
    internal static async Task<DatasetVersion> AddRowAsync(
        LabDbContext db, long datasetId, VersionChanges? changes, Actor actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var version = new DatasetVersion
        {
            DatasetId = datasetId,
            Number = 1 + (await db.DatasetVersions.Where(v => v.DatasetId == datasetId).MaxAsync(v => (int?)v.Number, cancellationToken) ?? 0),
            Status = DatasetVersionStatus.Importing,
            Verdict = ImportVersions.Unfinished,
            Note = changes?.Reason.Trim() ?? "",
            ParentVersionId = changes?.ParentVersionId,
            CreatedAt = now,
            CreatedById = actor.UserId,
        };
        db.DatasetVersions.Add(version);
        await db.SaveChangesAsync(cancellationToken);
        return version;
    }

    /// <summary>A version that others can be made from.</summary>
    internal static async Task<DatasetVersion> ParentAsync(LabDbContext db, VersionChanges changes, CancellationToken cancellationToken)
    {
        if (changes.Reason.Length > MaxReason) throw new ExplainedException($"The reason of a version may have {MaxReason} characters, not {changes.Reason.Length}.");
        var parent = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).SingleOrDefaultAsync(v => v.Id == changes.ParentVersionId, cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {changes.ParentVersionId}.");
        if (parent.Dataset!.TrashedAt is not null) throw new ExplainedException($"{parent.Dataset.Name} is in the trash: restore it first.");
        if (parent.Status is not (DatasetVersionStatus.Ready or DatasetVersionStatus.NotReady))
            throw new ExplainedException($"Version {parent.Number} of {parent.Dataset.Name} has no content that a new version could be made from. {parent.Verdict}");
        return parent;
    }

    private static async Task<KeptContent> KeepAsync(LabDbContext db, VersionChanges changes, CancellationToken cancellationToken)
    {
        var parent = await ParentAsync(db, changes, cancellationToken);
        var classes = parent.ClassNames.Count;
        foreach (var (ordinal, label) in changes.Relabel)
            if (label < 0 || label >= classes)
                throw new ExplainedException(
                    $"Image {ordinal} can't get class {label}: the version has classes 0 to {classes - 1} ({string.Join(", ", parent.ClassNames)}).");
        foreach (var ordinal in changes.Exclude.Concat(changes.Relabel.Keys))
            if (ordinal < 0 || ordinal >= parent.ImageCount)
                throw new ExplainedException($"Version {parent.Number} has images 0 to {parent.ImageCount - 1}, not {ordinal}.");
        var excluded = changes.Exclude.ToHashSet();
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == parent.Id).OrderBy(i => i.Ordinal).ToListAsync(cancellationToken);
        images.RemoveAll(i => excluded.Contains(i.Ordinal));
        var relabelled = 0;
        foreach (var image in images)
            if (changes.Relabel.TryGetValue(image.Ordinal, out var label) && label != image.Label)
            {
                image.Label = label;
                relabelled++;
            }
        return new(parent, images, excluded.Count, relabelled);
    }

    /// <summary>Takes the parent's splits over and says which came along.</summary>
    internal static async Task<VersionSummary> FinishAsync(
        LabDbContext db, DatasetVersion version, Derivation derived, IReadOnlyList<DatasetImage> images, CancellationToken cancellationToken)
    {
        var (carried, left) = (new List<string>(), new List<string>());
        if (derived.Changes.CarrySplits)
        {
            var oldItems = await db.SplitItemsAsync(derived.Changes.ParentVersionId, cancellationToken);
            var items = images.Select(i => new SplitItem(i.Sha256, i.Label, i.Group, i.GivenPart)).ToList();
            var actor = new Actor(version.CreatedById, "");
            foreach (var old in await db.Splits.AsNoTracking().Where(s => s.VersionId == derived.Changes.ParentVersionId).OrderBy(s => s.Id).ToListAsync(cancellationToken))
            {
                var assignment = SplitCarry.Assign(oldItems, old.Assignment, items);
                if (new[] { (byte)SplitPart.Train, (byte)SplitPart.Test }.Any(part => old.Assignment.Contains(part) && !assignment.Contains(part)))
                {
                    left.Add(old.Name);
                    continue;
                }
                var plan = JsonSerializer.Deserialize<SplitPlan>(old.PlanJson, SpecJson.Options)! with { CarriedFrom = old.Id };
                var report = SplitReport.Of(items, assignment, version.ClassNames.Count);
                db.Splits.Add(SplitCommands.New(version.Id, old.Name, plan, items, assignment, report, version.CreatedAt, actor));
                carried.Add(old.Name);
            }
            await db.SaveChangesAsync(cancellationToken);
        }
        return new(derived.Changes.Reason.Trim(), derived.Excluded, derived.Relabelled, derived.Added, carried, left);
    }
}
