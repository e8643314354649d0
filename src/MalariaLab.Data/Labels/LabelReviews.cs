using MalariaLab.Core;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Labels;

/// <summary>Readers' judgements of labels. A reader's first judgement of an image is blind; after another reader's it can only be revised, and both are kept.</summary>
public sealed class LabelReviews(IDbContextFactory<LabDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores a judgement: the blind one as long as no other reader has judged the image, after that a revision.</summary>
    /// <param name="versionId">The version.</param>
    /// <param name="ordinal">Manifest position.</param>
    /// <param name="decision">Keep, relabel or leave out.</param>
    /// <param name="label">Class index, with <see cref="ReviewDecision.Relabel"/>.</param>
    /// <param name="userId">The reader.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ExplainedException">The image or the class is not there.</exception>
    public Task DecideAsync(
        long versionId, int ordinal, ReviewDecision decision, int? label, long userId, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var version = await db.DatasetVersions.AsNoTracking()
            .Where(v => v.Id == versionId)
            .Select(v => new { v.DatasetId, v.ClassNames, v.ImageCount })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        if (ordinal < 0 || ordinal >= version.ImageCount) throw new ExplainedException($"The version has images 0 to {version.ImageCount - 1}, not {ordinal}.");
        if (decision == ReviewDecision.Relabel && (label is not { } index || index < 0 || index >= version.ClassNames.Count))
            throw new ExplainedException($"A new label is one of {string.Join(", ", version.ClassNames)}.");
        if (decision != ReviewDecision.Relabel) label = null;
        var own = await db.LabelReviews.SingleOrDefaultAsync(r => r.VersionId == versionId && r.Ordinal == ordinal && r.UserId == userId, cancellationToken);
        var others = await db.LabelReviews.AnyAsync(r => r.VersionId == versionId && r.Ordinal == ordinal && r.UserId != userId, cancellationToken);
        if (own is null) db.LabelReviews.Add(own = new() { VersionId = versionId, Ordinal = ordinal, UserId = userId, Decision = decision, Label = label });
        else if (others) (own.Revised, own.RevisedLabel) = (decision, label);
        else (own.Decision, own.Label) = (decision, label);
        own.At = time.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, version.DatasetId));
    }, cancellationToken);

    /// <summary>Takes a judgement back; a revised one falls back to the blind one, and a blind one stays once another reader has judged the image.</summary>
    public Task UndoAsync(long versionId, int ordinal, long userId, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        var own = await db.LabelReviews.SingleOrDefaultAsync(r => r.VersionId == versionId && r.Ordinal == ordinal && r.UserId == userId, cancellationToken);
        if (own is null) return;
        var others = await db.LabelReviews.AnyAsync(r => r.VersionId == versionId && r.Ordinal == ordinal && r.UserId != userId, cancellationToken);
        if (others) (own.Revised, own.RevisedLabel) = (null, null);
        else db.LabelReviews.Remove(own);
        await db.SaveChangesAsync(cancellationToken);
        var datasetId = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.DatasetId).SingleAsync(cancellationToken);
        await db.TouchAsync(cancellationToken, (ChangeKind.Dataset, datasetId));
    }, cancellationToken);

    /// <summary>All judgements on a version. What a page shows a reader goes through <see cref="ReviewBook.SeenBy"/> first.</summary>
    public async Task<ReviewBook> BookAsync(long versionId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var names = await db.DatasetVersions.AsNoTracking().Where(v => v.Id == versionId).Select(v => v.ClassNames).SingleOrDefaultAsync(cancellationToken) ?? [];
        var reviews = await db.LabelReviews.AsNoTracking().Where(r => r.VersionId == versionId).ToListAsync(cancellationToken);
        var labels = await db.DatasetImages.Where(i => i.VersionId == versionId && db.LabelReviews.Any(r => r.VersionId == versionId && r.Ordinal == i.Ordinal))
            .ToDictionaryAsync(i => i.Ordinal, i => i.Label, cancellationToken);
        return ReviewBook.Of(names, labels, reviews);
    }
}
