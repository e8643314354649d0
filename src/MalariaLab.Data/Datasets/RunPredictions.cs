using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Datasets;

/// <summary>What a run said of an image.</summary>
/// <param name="Scope">Which images it was one of, see <see cref="PredictionScope"/>.</param>
/// <param name="Label">True class when it was scored.</param>
/// <param name="Predicted">Most probable class; with two classes the positive one from one half on, as the figures count it.</param>
/// <param name="Probability">Probability of that class.</param>
public readonly record struct SaidOfImage(string Scope, int Label, int Predicted, float Probability);

/// <summary>A run that has scored images of a version.</summary>
public sealed record ScoringRun(long Id, string Name);

/// <summary>Stored predictions by image.</summary>
public sealed class RunPredictions(IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>Runs that have scored images of a version, the newest first.</summary>
    public async Task<IReadOnlyList<ScoringRun>> RunsAsync(long versionId, int most = 100, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Runs.Where(r => r.TrashedAt == null && db.PredictionSets.Any(s => s.RunId == r.Id && s.DatasetVersionId == versionId))
            .OrderByDescending(r => r.Id).Take(most).Select(r => new ScoringRun(r.Id, r.Name)).ToListAsync(cancellationToken);
    }

    /// <summary>What a run said of images of a version, by their places in the manifest.</summary>
    public async Task<IReadOnlyDictionary<int, SaidOfImage>> FindAsync(long runId, long versionId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var sets = await db.PredictionSets.AsNoTracking().Where(s => s.RunId == runId && s.DatasetVersionId == versionId).ToListAsync(cancellationToken);
        var said = new Dictionary<int, SaidOfImage>();
        if (sets.Count == 0) return said;
        var version = await db.DatasetVersions.AsNoTracking().Where(v => v.Id == versionId).Select(v => new { v.ClassNames, v.PositiveClass }).SingleAsync(cancellationToken);
        var classes = version.ClassNames;
        var assignment = await db.Runs
            .Where(r => r.Id == runId && r.Experiment!.DatasetVersionId == versionId)
            .Select(r => r.Experiment!.Split!.Assignment)
            .SingleOrDefaultAsync(cancellationToken);
        foreach (var set in sets)
        {
            var part = set.Scope == PredictionScope.Validation ? SplitPart.Validation : SplitPart.Test;
            var ordinals = set.Scope == PredictionScope.All ? [.. Enumerable.Range(0, set.Count)]
                : Enumerable.Range(0, assignment?.Length ?? 0).Where(i => assignment![i] == (byte)part).ToArray();
            // Scores whose images are not known say nothing about any.
            if (ordinals.Length != set.Count) continue;
            var scores = PredictionBlob.Read(set.Blob, classes);
            var predicted = scores.Predicted(PositiveClass.Of(classes, version.PositiveClass));
            for (var k = 0; k < ordinals.Length; k++)
                said[ordinals[k]] = new(set.Scope, scores.Truth[k], predicted[k], scores.Probabilities[(k * classes.Count) + predicted[k]]);
        }
        return said;
    }
}
