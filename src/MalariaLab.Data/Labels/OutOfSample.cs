using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Labels;

/// <summary>Scores of images by networks that were not trained on them.</summary>
/// <param name="Predictions">Scores and labels, with groups.</param>
/// <param name="Ordinals">Manifest position of each scored image.</param>
/// <param name="PositiveClass">Index of the positive class, or null.</param>
/// <param name="Runs">Row ids of the runs that scored.</param>
public sealed record OutOfSampleScores(Predictions Predictions, IReadOnlyList<int> Ordinals, int? PositiveClass, IReadOnlyList<long> Runs);

/// <summary>A run or a group of folds whose scores of a version can be read.</summary>
/// <param name="IsGroup">True for a group of folds.</param>
/// <param name="Id">Row id of the run or the group.</param>
/// <param name="Name">Its name.</param>
public sealed record ScoreSource(bool IsGroup, long Id, string Name);

/// <summary>Reads stored scores: of one run its test and validation images, of a cross-validation every image by the fold that did not train on it.</summary>
public sealed class OutOfSample(IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>What has scored a version, groups first, newest first.</summary>
    public async Task<IReadOnlyList<ScoreSource>> SourcesAsync(long versionId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = await db.Runs.AsNoTracking()
            .Where(r => r.TrashedAt == null && r.Status == RunStatus.Succeeded && db.PredictionSets.Any(s => s.RunId == r.Id && s.DatasetVersionId == versionId))
            .OrderByDescending(r => r.Id).Select(r => new { r.Id, r.Name, r.GroupId }).ToListAsync(cancellationToken);
        var groupIds = runs.Select(r => r.GroupId).OfType<long>().Distinct().ToList();
        var groups = await db.RunGroups.AsNoTracking()
            .Where(g => g.Kind == RunGroupKind.Folds && groupIds.Contains(g.Id))
            .OrderByDescending(g => g.Id)
            .ToListAsync(cancellationToken);
        return [.. groups.Select(g => new ScoreSource(true, g.Id, g.Name)), .. runs.Select(r => new ScoreSource(false, r.Id, r.Name))];
    }

    /// <summary>A run's scores of the version's images outside its training part; null when it has none.</summary>
    public async Task<OutOfSampleScores?> OfRunAsync(long versionId, long runId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(db, versionId, [runId], [PredictionScope.Test, PredictionScope.Validation, PredictionScope.All], cancellationToken);
    }

    /// <summary>Out-of-fold scores: the test part of every finished run of a group of folds; null while none is finished.</summary>
    public async Task<OutOfSampleScores?> OfGroupAsync(long groupId, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = await db.Runs.AsNoTracking().Where(r => r.GroupId == groupId && r.TrashedAt == null && r.Status == RunStatus.Succeeded)
            .OrderBy(r => r.Id).Select(r => new { r.Id, r.Experiment!.DatasetVersionId }).ToListAsync(cancellationToken);
        if (runs.Count == 0) return null;
        var versionId = runs[0].DatasetVersionId;
        return await ReadAsync(db, versionId, [.. runs.Where(r => r.DatasetVersionId == versionId).Select(r => r.Id)], [PredictionScope.Test], cancellationToken);
    }

    private static async Task<OutOfSampleScores?> ReadAsync(LabDbContext db, long versionId, IReadOnlyList<long> runIds, string[] scopes, CancellationToken cancellationToken)
    {
        var version = await db.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(v => v.Id == versionId, cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        var sets = await db.PredictionSets.AsNoTracking()
            .Where(s => s.DatasetVersionId == versionId && runIds.Contains(s.RunId) && scopes.Contains(s.Scope))
            .OrderBy(s => s.RunId)
            .ToListAsync(cancellationToken);
        var assignments = await db.Runs.AsNoTracking()
            .Where(r => runIds.Contains(r.Id))
            .Select(r => new { r.Id, r.Experiment!.Split!.Assignment })
            .ToDictionaryAsync(r => r.Id, r => r.Assignment, cancellationToken);
        // Each image once: by the first run that tests on it.
        var rows = new SortedDictionary<int, (int Truth, float[] Probabilities)>();
        foreach (var set in sets)
        {
            var scores = PredictionBlob.Read(set.Blob, version.ClassNames);
            var part = set.Scope switch { PredictionScope.Test => SplitPart.Test, PredictionScope.Validation => SplitPart.Validation, _ => (SplitPart?)null };
            var assignment = assignments[set.RunId];
            int[] ordinals = part is null ? [.. Enumerable.Range(0, scores.Count)] : [.. Enumerable.Range(0, assignment.Length).Where(i => assignment[i] == (byte)part)];
            if (ordinals.Length != scores.Count) throw new ExplainedException($"The scores of run {set.RunId} do not fit its split: evaluate the run again.");
            var trained = part is null ? await TrainedAsync(db, set.RunId, versionId, cancellationToken) : [];
            for (var i = 0; i < ordinals.Length; i++)
                if (!trained.Contains(ordinals[i])) rows.TryAdd(ordinals[i], (scores.Truth[i], scores.Probabilities[(i * scores.Classes)..((i + 1) * scores.Classes)]));
        }
        if (rows.Count == 0) return null;
        var groups = version.GroupCount == 0 ? [] : await db.DatasetImages.AsNoTracking()
            .Where(i => i.VersionId == versionId)
            .OrderBy(i => i.Ordinal)
            .Select(i => i.Group)
            .ToListAsync(cancellationToken);
        var predictions = new Predictions
        {
            Labels = version.ClassNames,
            Truth = [.. rows.Values.Select(r => r.Truth)],
            Probabilities = [.. rows.Values.SelectMany(r => r.Probabilities)],
            Groups = groups.Count == 0 ? [] : [.. rows.Keys.Select(i => groups[i])],
        };
        var positive = PositiveClass.Of(version.ClassNames, version.PositiveClass);
        return new(predictions, [.. rows.Keys], positive, [.. sets.Select(s => s.RunId).Distinct()]);
    }

    /// <summary>Images of a version that the run was trained on; another version of the run's own dataset holds many.</summary>
    private static async Task<HashSet<int>> TrainedAsync(LabDbContext db, long runId, long versionId, CancellationToken cancellationToken)
    {
        var splitId = await db.Runs.Where(r => r.Id == runId).Select(r => r.Experiment!.SplitId).SingleAsync(cancellationToken);
        var trained = await db.ContentsAsync(splitId, [SplitPart.Train], cancellationToken);
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId).Select(i => new { i.Ordinal, i.Sha256 }).ToListAsync(cancellationToken);
        return [.. images.Where(i => trained.Contains(i.Sha256)).Select(i => i.Ordinal)];
    }
}
