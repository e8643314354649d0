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
    public async Task<long> CreateAsync(long versionId, SplitPlan plan, string name, Actor actor, CancellationToken cancellationToken = default)
    {
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > 200) throw new ExplainedException("A split needs a name of 1 to 200 characters.");
        var (items, assignment, report) = await MakeAsync(versionId, plan, cancellationToken);
        return await contexts.InTransactionAsync(async db =>
        {
            if (await db.Splits.AnyAsync(s => s.VersionId == versionId && s.Name == trimmed, cancellationToken))
                throw new ExplainedException($"This version has a split {trimmed} already: choose another name.");
            var split = New(versionId, trimmed, plan, items, assignment, report, time.GetUtcNow(), actor);
            db.Splits.Add(split);
            await db.SaveChangesAsync(cancellationToken);
            var dataset = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.DatasetId).SingleAsync(cancellationToken);
            await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, dataset));
            return split.Id;
        }, cancellationToken);
    }

    /// <summary>What a plan would give, without storing it.</summary>
    public async Task<SplitReport> PreviewAsync(long versionId, SplitPlan plan, CancellationToken cancellationToken = default) =>
        (await MakeAsync(versionId, plan, cancellationToken)).Report;

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

    private async Task<(List<SplitItem> Items, byte[] Assignment, SplitReport Report)> MakeAsync(long versionId, SplitPlan plan, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking().Where(v => v.Id == versionId).Select(v => new { v.Status, v.Verdict, v.ClassNames }).SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        if (version.Status != DatasetVersionStatus.Ready) throw new ExplainedException($"This dataset version can't be split. {version.Verdict}");
        var items = await db.SplitItemsAsync(versionId, cancellationToken);
        var assignment = Splitter.Assign(items, plan);
        return (items, assignment, SplitReport.Of(items, assignment, version.ClassNames.Count));
    }
}

/// <summary>What splitter and hashes need of a manifest.</summary>
public static class SplitItems
{
    /// <summary>The version's images in manifest order.</summary>
    public static async Task<List<SplitItem>> SplitItemsAsync(this LabDbContext db, long versionId, CancellationToken cancellationToken = default) =>
        await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId).OrderBy(i => i.Ordinal)
            .Select(i => new SplitItem(i.Sha256, i.Label, i.Group, i.GivenPart)).ToListAsync(cancellationToken);
}
