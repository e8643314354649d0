using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Imaging.Cache;
using MalariaLab.Training.Data;
using MalariaLab.Worker.Caches;
using MalariaLab.Worker.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Models;

/// <summary>
/// Scores a finished run on images other than its own test part: on every image of another dataset version whose classes have the same names
/// (external validation; the figures leave out what the run learned from), or on the test part of another split, for comparisons.
/// </summary>
internal sealed class EvaluationHandler(IDbContextFactory<LabDbContext> contexts, RunModels models, PixelCaches caches, RunResults results) : IJobHandler
{
    public JobKind Kind => JobKind.Evaluation;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var runId = job.SubjectId!.Value;
        var wanted = JsonSerializer.Deserialize<EvaluationPayload>(job.PayloadJson, SpecJson.Options)!;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).SingleOrDefaultAsync(v => v.Id == wanted.DatasetVersionId, cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {wanted.DatasetVersionId}.");
        if (version.ImageCount == 0) throw new ExplainedException($"{version.Dataset!.Name} has no images. {version.Verdict}");
        var spec = SpecJson.Read(await db.Runs.Where(r => r.Id == runId).Select(r => r.Experiment!.SpecJson).SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no run {runId}."));
        var split = await SplitAsync(db, wanted, cancellationToken);
        if (split?.Id == spec.Data.SplitId)
            throw new ExplainedException($"This is run {runId}'s own test set; its test figures are the ones to read.");
        if (split is null && version.ContentHash == spec.Data.DatasetHash)
            throw new ExplainedException($"Run {runId} was trained on {version.Dataset!.Name} itself; its test figures are the ones to read. Choose another dataset.");

        using var model = await models.LoadAsync(runId, cancellationToken);
        var columns = Columns(model.ClassNames, version);
        var items = await db.SplitItemsAsync(version.Id, cancellationToken);
        var learned = split is null ? await db.LearnedByAsync(runId, cancellationToken) : [];
        if (items.All(i => learned.Contains(i.Sha256)))
            throw new ExplainedException($"Run {runId} learned from every image of {version.Dataset!.Name}, so nothing is left to test it on: choose another dataset.");
        var caching = new SynchronousProgress<PixelCacheProgress>(p => job.Progress.Report(($"Caching images: {p.Done:N0} of {p.Total:N0}", 0.5 * p.Done / p.Total)));
        using var cache = await caches.OpenAsync(version, items, model.Architecture, model.Preprocessing.Interpolation, caching, cancellationToken);
        int[] labels = [.. items.Select(i => Array.IndexOf(columns, i.Label))];
        SplitPart[] parts = [.. items.Select((_, i) => split is null ? SplitPart.Test : (SplitPart)split.Assignment[i])];
        var data = new PixelCacheData(cache, model.ClassNames, labels, parts);
        var scored = data.Indices(SplitPart.Test);

        var done = 0;
        var scores = model.Score(data, scored, spec.Evaluation.TestTimeViews, cancellationToken, count =>
        {
            var sum = Interlocked.Add(ref done, count);
            job.Progress.Report(($"Scoring: {sum:N0} of {scored.Count:N0}", 0.5 + (0.5 * sum / scored.Count)));
        });
        var scope = split is null ? PredictionScope.All : PredictionScope.TestOf(split.Id);
        var ordered = Reorder(scores, columns);
        var (set, row, _) = RunResultWriter.Evaluate(runId, version, items, scored, ordered, scope);
        // What the network learned from would flatter it: its scores are kept with the others, but no figure counts them.
        if (scored.Any(i => learned.Contains(items[i].Sha256)))
        {
            var fresh = scored.Index().Where(s => !learned.Contains(items[s.Item].Sha256)).ToList();
            var probabilities = fresh.SelectMany(s => ordered[(s.Index * columns.Length)..((s.Index + 1) * columns.Length)]).ToArray();
            (_, row, _) = RunResultWriter.Evaluate(runId, version, items, [.. fresh.Select(s => s.Item)], probabilities, scope);
        }
        await results.SaveExternalAsync(set, row, cancellationToken);
        return row.ReportJson;
    }

    private static async Task<Split?> SplitAsync(LabDbContext db, EvaluationPayload wanted, CancellationToken cancellationToken)
    {
        if (wanted.SplitId is not { } id) return null;
        var split = await db.Splits.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.VersionId == wanted.DatasetVersionId, cancellationToken)
            ?? throw new ExplainedException($"Dataset version {wanted.DatasetVersionId} has no split {id}.");
        return split.TestCount > 0 ? split : throw new ExplainedException($"The split {split.Name} has no test images.");
    }

    /// <summary>For each class of the model its index in the version.</summary>
    private static int[] Columns(IReadOnlyList<string> modelClasses, DatasetVersion version)
    {
        if (!modelClasses.Order().SequenceEqual(version.ClassNames.Order()))
            throw new ExplainedException(
                $"The run knows the classes {string.Join(", ", modelClasses)}, but {version.Dataset!.Name} has {string.Join(", ", version.ClassNames)}: "
                    + "choose a dataset with the same class names.");
        return [.. modelClasses.Select(name => version.ClassNames.IndexOf(name))];
    }

    /// <summary>Columns in the version's class order.</summary>
    private static float[] Reorder(float[] scores, int[] columns)
    {
        var ordered = new float[scores.Length];
        for (var i = 0; i < scores.Length; i++)
            ordered[i - (i % columns.Length) + columns[i % columns.Length]] = scores[i];
        return ordered;
    }
}
