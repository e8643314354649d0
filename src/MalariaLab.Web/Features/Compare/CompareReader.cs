using System.Collections.Concurrent;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Components.Charts;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Compare;

/// <summary>Reads runs for the comparison. What follows from stored predictions is kept: they do not change under their row id.</summary>
public sealed class CompareReader(IDbContextFactory<LabDbContext> contexts, RunQueries queries)
{
    private const int Kept = 64;
    private readonly ConcurrentDictionary<long, TestScores> scores = [];
    private readonly ConcurrentDictionary<long, RunIntervals> intervals = [];

    /// <summary>Images of a split's test part in manifest order.</summary>
    private sealed record TestImages(int[] Ordinals, string?[] Groups, string[] Ids);

    /// <summary>The runs with their epochs and test scores.</summary>
    public async Task<Comparison> ReadAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken = default)
    {
        var rows = await queries.RowsAsync(ids, cancellationToken);
        var epochs = await queries.EpochsAsync(ids.ToList(), cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var specs = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.Id)).Select(r => new { r.Id, r.Experiment!.SpecJson }).ToDictionaryAsync(r => r.Id, r => r.SpecJson, cancellationToken);
        var sets = await db.PredictionSets.AsNoTracking().Where(s => ids.Contains(s.RunId) && s.Scope == PredictionScope.Test)
            .Select(s => new { s.Id, s.RunId, s.DatasetVersionId }).ToListAsync(cancellationToken);
        var tests = new Dictionary<long, TestScores>();
        foreach (var row in rows)
            if (sets.FirstOrDefault(s => s.RunId == row.Id && s.DatasetVersionId == row.DatasetVersionId) is { } set)
                tests[row.Id] = await ScoresAsync(db, row, set.Id, cancellationToken);
        Align(tests);
        var colours = Palette.ForRuns(rows.Select(r => r.Id));
        var alike = rows.CountBy(r => r.Name).Where(c => c.Value > 1).Select(c => c.Key).ToHashSet();
        return new([.. rows.Select(row => new ComparedEntry(row, alike.Contains(row.Name) ? $"{row.Name} #{row.Id}" : row.Name, SpecJson.Read(specs[row.Id]),
            colours[row.Id], epochs.GetValueOrDefault(row.Id, []), tests.GetValueOrDefault(row.Id)))], [.. ids.Except(rows.Select(r => r.Id))]);
    }

    /// <summary>The intervals where they are known already; else null.</summary>
    public RunIntervals? Known(TestScores test) => intervals.GetValueOrDefault(test.SetId);

    /// <summary>The intervals; the bootstrap may take a second.</summary>
    public RunIntervals Intervals(TestScores test) => intervals.TryGetValue(test.SetId, out var known) ? known : Keep(intervals, test.SetId, RunIntervals.Of(test));

    // Equal hashes mean equal images and labels, but not equal order: another version may name its files otherwise.
    private static void Align(Dictionary<long, TestScores> tests)
    {
        foreach (var same in tests.Values.ToList().GroupBy(t => t.Run.TestSet.TestSetHash))
        {
            var first = same.First();
            foreach (var (id, test) in tests.Where(t => t.Value.Run.TestSet.TestSetHash == same.Key && t.Value.Run.TestSet.SplitHash != first.Run.TestSet.SplitHash).ToList())
                tests[id] = test with { Run = test.Run with { Predictions = test.Run.Predictions.InOrderOf(first.Run.Predictions) }, VersionId = first.VersionId, Ordinals = first.Ordinals };
        }
    }

    private async Task<TestScores> ScoresAsync(LabDbContext db, RunRow row, long setId, CancellationToken cancellationToken)
    {
        if (scores.TryGetValue(setId, out var known)) return known;
        var set = await db.PredictionSets.AsNoTracking().SingleAsync(s => s.Id == setId, cancellationToken);
        var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == row.DatasetVersionId, cancellationToken);
        var split = await db.Splits.AsNoTracking().SingleAsync(s => s.Id == row.SplitId, cancellationToken);
        var images = await ImagesAsync(db, split, set.Count, cancellationToken);
        var predictions = PredictionBlob.Read(set.Blob, version.ClassNames, images.Groups, images.Ids);
        var run = new ComparedRun(new TestSetIdentity(version.ContentHash, split.Hash, set.SetHash, set.Count, version.ClassNames), predictions, version.PositiveClass);
        return Keep(scores, setId, new TestScores(setId, run, Evaluator.Evaluate(predictions, version.PositiveClass), version.Id, images.Ordinals));
    }

    private static async Task<TestImages> ImagesAsync(LabDbContext db, Split split, int count, CancellationToken cancellationToken)
    {
        var rows = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == split.VersionId).OrderBy(i => i.Ordinal)
            .Select(i => new { i.Ordinal, i.Group, i.Sha256, i.Label }).ToListAsync(cancellationToken);
        rows.RemoveAll(i => i.Ordinal >= split.Assignment.Length || split.Assignment[i.Ordinal] != (byte)SplitPart.Test);
        if (rows.Count != count) return new([], [], []);
        // The same content may lie in a test set twice.
        var seen = new Dictionary<(string, int), int>();
        var ids = rows.Select(i =>
        {
            var copy = seen[(i.Sha256, i.Label)] = seen.GetValueOrDefault((i.Sha256, i.Label)) + 1;
            return $"{i.Sha256}/{i.Label}/{copy}";
        });
        return new([.. rows.Select(i => i.Ordinal)], [.. rows.Select(i => i.Group)], [.. ids]);
    }

    private static T Keep<T>(ConcurrentDictionary<long, T> cache, long id, T value)
    {
        if (cache.Count >= Kept) cache.Clear();
        return cache[id] = value;
    }
}
