using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>Makes splits and says what a plan would give.</summary>
public sealed class SplitCommands(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    /// <summary>Makes and stores a split.</summary>
    /// <returns>Its row id.</returns>
    /// <exception cref="ExplainedException">The plan can't be met, the version is not ready or the name is taken.</exception>
    public async Task<long> CreateAsync(long versionId, SplitPlan plan, string name, Actor actor, CancellationToken cancellationToken = default) =>
        (await CreateAsync(versionId, [(plan, name)], actor, cancellationToken))[0];

    /// <summary>Makes and stores several splits, such as the folds of a cross-validation: all of them or none.</summary>
    /// <returns>Their row ids, in the order of the plans.</returns>
    /// <exception cref="ExplainedException">A plan can't be met, the version is not ready or a name is taken.</exception>
    public async Task<IReadOnlyList<long>> CreateAsync(
        long versionId, IReadOnlyList<(SplitPlan Plan, string Name)> plans, Actor actor, CancellationToken cancellationToken = default)
    {
        var names = plans.Select(p => p.Name.Trim()).ToList();
        if (names.Exists(n => n.Length is 0 or > 200)) throw new ExplainedException("A split needs a name of 1 to 200 characters.");
        var (items, classes) = await ItemsAsync(versionId, cancellationToken);
        var now = time.GetUtcNow();
        var splits = plans.Zip(names, (plan, name) =>
        {
            var assignment = Splitter.Assign(items, plan.Plan);
            return New(versionId, name, plan.Plan, items, assignment, SplitReport.Of(items, assignment, classes), now, actor);
        }).ToList();
        return await contexts.InTransactionAsync(async db =>
        {
            if (await db.Splits.Where(s => s.VersionId == versionId && names.Contains(s.Name)).Select(s => s.Name).FirstOrDefaultAsync(cancellationToken) is { } taken)
                throw new ExplainedException($"This version has a split {taken} already: choose another name.");
            db.Splits.AddRange(splits);
            await db.SaveChangesAsync(cancellationToken);
            var dataset = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.DatasetId).SingleAsync(cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, dataset));
            return splits.ConvertAll(s => s.Id);
        }, cancellationToken);
    }

    /// <summary>Counts and leaks of a stored split.</summary>
    public async Task<SplitReport> ReportAsync(long splitId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var split = await db.Splits.AsNoTracking().Include(s => s.Version).SingleOrDefaultAsync(s => s.Id == splitId, cancellationToken)
            ?? throw new ExplainedException($"There is no split {splitId}.");
        return SplitReport.Of(await db.SplitItemsAsync(split.VersionId, cancellationToken), split.Assignment, split.Version!.ClassNames.Count);
    }

    /// <summary>Deletes a split that no run uses.</summary>
    public Task DeleteAsync(long splitId, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var split = await db.Splits.Where(s => s.Id == splitId).Select(s => new { s.Name, s.Version!.DatasetId }).SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no split {splitId}.");
        var runs = await db.Runs.CountAsync(r => r.Experiment!.SplitId == splitId, cancellationToken);
        if (runs > 0) throw new ExplainedException($"Split {split.Name} is used by {runs} runs, so it stays.");
        await db.Splits.Where(s => s.Id == splitId).ExecuteDeleteAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, split.DatasetId));
    }, cancellationToken);

    /// <summary>The row of a split, with its hashes and counts.</summary>
    internal static Split New(
        long versionId, string name, SplitPlan plan, IReadOnlyList<SplitItem> items, byte[] assignment, SplitReport report, DateTimeOffset now, Actor actor)
    {
        int Images(SplitPart part) => report.Parts.Single(p => p.Part == part).Images;
        return new()
        {
            VersionId = versionId,
            Name = name,
            PlanJson = JsonSerializer.Serialize(plan, SpecJson.Options),
            Assignment = assignment,
            Hash = ContentHashes.Split(items, assignment),
            TestSetHash = ContentHashes.Part(items, assignment, SplitPart.Test),
            TrainCount = Images(SplitPart.Train),
            ValidationCount = Images(SplitPart.Validation),
            TestCount = Images(SplitPart.Test),
            CountsJson = JsonSerializer.Serialize(report.Parts.ToDictionary(p => p.Part.ToString().ToLowerInvariant(), p => p.ClassCounts)),
            LeakingGroups = report.SharedGroups.Count,
            LeakingDuplicates = report.SharedContents.Count,
            CreatedAt = now,
            CreatedById = actor.UserId,
        };
    }

    private async Task<(List<SplitItem> Items, int Classes)> ItemsAsync(long versionId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking()
            .Where(v => v.Id == versionId)
            .Select(v => new { v.Status, v.Verdict, v.ClassNames })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        if (version.Status != DatasetVersionStatus.Ready) throw new ExplainedException($"This dataset version can't be split. {version.Verdict}");
        return (await db.SplitItemsAsync(versionId, cancellationToken), version.ClassNames.Count);
    }
}

/// <summary>What splitter and hashes need of a manifest.</summary>
public static class SplitItems
{
    /// <summary>The version's images in manifest order.</summary>
    public static async Task<List<SplitItem>> SplitItemsAsync(this LabDbContext db, long versionId, CancellationToken cancellationToken = default) =>
        await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId).OrderBy(i => i.Ordinal)
            .Select(i => new SplitItem(i.Sha256, i.Label, i.Group, i.GivenPart)).ToListAsync(cancellationToken);

    /// <summary>SHA-256 of the images that a split puts into some parts.</summary>
    public static async Task<HashSet<string>> ContentsAsync(this LabDbContext db, long splitId, IReadOnlyCollection<SplitPart> parts, CancellationToken cancellationToken = default)
    {
        var split = await db.Splits.AsNoTracking().Where(s => s.Id == splitId).Select(s => new { s.VersionId, s.Assignment }).SingleAsync(cancellationToken);
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == split.VersionId).Select(i => new { i.Ordinal, i.Sha256 }).ToListAsync(cancellationToken);
        return [.. images.Where(i => i.Ordinal < split.Assignment.Length && parts.Contains((SplitPart)split.Assignment[i.Ordinal])).Select(i => i.Sha256)];
    }

    /// <summary>Splits of a run and of those behind its start, the run's own first: what they trained and validated on, its network learned from.</summary>
    public static async Task<List<long>> SplitsBehindAsync(this LabDbContext db, long runId, CancellationToken cancellationToken = default)
    {
        var behind = new List<long>();
        // A run starts from an older one, so the line ends.
        for (long? next = runId; next is { } id;)
        {
            var json = await db.Runs.Where(r => r.Id == id).Select(r => r.Experiment!.SpecJson).SingleOrDefaultAsync(cancellationToken);
            if (json is null) break;
            var spec = SpecJson.Read(json);
            behind.Add(spec.Data.SplitId);
            next = spec.Weights.StartRun is { } start && start < id ? start : null;
        }
        return [.. behind.Distinct()];
    }

    /// <summary>SHA-256 of the images that a run's network learned from: those that it was trained and validated on, and those of the runs that it started from.</summary>
    public static async Task<HashSet<string>> LearnedByAsync(this LabDbContext db, long runId, CancellationToken cancellationToken = default)
    {
        var learned = new HashSet<string>();
        foreach (var split in await db.SplitsBehindAsync(runId, cancellationToken))
            learned.UnionWith(await db.ContentsAsync(split, [SplitPart.Train, SplitPart.Validation], cancellationToken));
        return learned;
    }

    /// <summary>How many of a split's test images the runs behind a start learned from; 0 without a start.</summary>
    public static async Task<int> SeenTestImagesAsync(this LabDbContext db, long splitId, long? start, CancellationToken cancellationToken = default)
    {
        if (start is not { } run || await db.LearnedByAsync(run, cancellationToken) is not { Count: > 0 } learned) return 0;
        return (await db.ContentsAsync(splitId, [SplitPart.Test], cancellationToken)).Count(learned.Contains);
    }
}
