using System.Collections.Concurrent;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Runs;

/// <summary>What a run said about the images of one part of its split.</summary>
/// <param name="SetId">Row id of the stored predictions; they never change under it.</param>
/// <param name="Scope">See <see cref="PredictionScope"/>.</param>
/// <param name="VersionId">Dataset version of the images.</param>
/// <param name="Predictions">Scores with the patients of the images.</param>
/// <param name="Positive">Index of the positive class; null with more than two classes.</param>
/// <param name="Ordinals">Manifest position of each image; empty when the images are not known.</param>
public sealed record ScoredPart(long SetId, string Scope, long VersionId, Predictions Predictions, int? Positive, IReadOnlyList<int> Ordinals)
{
    /// <summary>True when patients are known.</summary>
    public bool HasGroups { get; } = Predictions.Groups.Any(g => g is not null);
}

/// <summary>Reads stored predictions of runs. The last used ones are kept, so that tabs and visitors share them.</summary>
public sealed class RunScores(IDbContextFactory<LabDbContext> contexts)
{
    private const int Kept = 16;
    private readonly ConcurrentDictionary<long, ScoredPart> parts = [];

    /// <summary>The scores of a part, or null when the run has none.</summary>
    public async Task<ScoredPart?> FindAsync(RunView view, string scope)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var version = view.Detail.Version;
        var sets = db.PredictionSets.AsNoTracking().Where(s => s.RunId == view.Run.Id && s.DatasetVersionId == version.Id && s.Scope == scope);
        if (await sets.Select(s => (long?)s.Id).FirstOrDefaultAsync() is not { } setId) return null;
        if (parts.TryGetValue(setId, out var known)) return known;

        var set = await sets.SingleAsync();
        var images = await ImagesAsync(db, view.Split, scope == PredictionScope.Validation ? SplitPart.Validation : SplitPart.Test);
        // Without the images' rows, for example after a repair of the database, the figures still stand.
        if (images.Count != set.Count) images = [];
        var predictions = PredictionBlob.Read(set.Blob, version.ClassNames, images.ConvertAll(i => i.Group));
        var positive = PositiveClass.Of(version.ClassNames, version.PositiveClass);
        if (parts.Count >= Kept) parts.Clear();
        return parts[setId] = new(setId, scope, version.Id, predictions, positive, images.ConvertAll(i => i.Ordinal));
    }

    private static async Task<List<(int Ordinal, string? Group)>> ImagesAsync(LabDbContext db, Split split, SplitPart part)
    {
        var rows = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == split.VersionId).OrderBy(i => i.Ordinal).Select(i => new { i.Ordinal, i.Group }).ToListAsync();
        return [.. rows.Where(i => i.Ordinal < split.Assignment.Length && split.Assignment[i.Ordinal] == (byte)part).Select(i => (i.Ordinal, i.Group))];
    }
}
