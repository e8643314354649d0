using System.Collections.Concurrent;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Components.Charts;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Compare;

/// <summary>Reads runs for the comparison. What follows from stored predictions is kept: they do not change under their row id.</summary>
public sealed class CompareReader(IDbContextFactory<LabDbContext> contexts, RunQueries queries, SplitImages splits)
{
    private const int Kept = 64;
    private readonly ConcurrentDictionary<string, TestScores> scores = [];
    private readonly ConcurrentDictionary<string, RunIntervals> intervals = [];

    private sealed record StoredScores(long Id, long RunId, long VersionId, string Scope, string SetHash)
    {
        public bool IsOwn => Scope == PredictionScope.Test;
    }

    /// <summary>The runs with their epochs and test scores.</summary>
    /// <param name="ids">Row ids, in the order of the comparison.</param>
    /// <param name="on">The run on whose test set all are compared; null takes each run's own.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<Comparison> ReadAsync(IReadOnlyList<long> ids, long? on = null, CancellationToken cancellationToken = default)
    {
        var rows = await queries.RowsAsync(ids, cancellationToken);
        var epochs = await queries.EpochsAsync(ids.ToList(), cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var facts = await db.Runs.AsNoTracking()
            .Where(r => ids.Contains(r.Id))
            .Select(r => new { r.Id, r.Experiment!.SpecJson, r.Experiment.Split!.TrainCount, r.Experiment.DatasetVersion!.ClassNames })
            .ToDictionaryAsync(r => r.Id, cancellationToken);
        var stored = await db.PredictionSets.AsNoTracking().Where(s => ids.Contains(s.RunId) && s.Scope.StartsWith(PredictionScope.Test))
            .Select(s => new StoredScores(s.Id, s.RunId, s.DatasetVersionId, s.Scope, s.SetHash)).ToListAsync(cancellationToken);
        var common = rows.FirstOrDefault(r => r.Id == on);
        var tests = await ScoresAsync(db, Wanted(rows, stored, common), cancellationToken);
        Align(tests);
        var dashes = Palette.DashesOf(rows.Select(r => r.Id));
        var alike = rows.CountBy(r => r.Name).Where(c => c.Value > 1).Select(c => c.Key).ToHashSet();
        var learned = common is null ? null : await LeaveOutAsync(db, tests, rows, common, Name, cancellationToken);
        List<ComparedEntry> entries = [.. rows.Select(row => Entry(row, SpecJson.Read(facts[row.Id].SpecJson)))];
        return new(entries, [.. ids.Except(rows.Select(r => r.Id))])
        {
            On = common is null ? null : entries.Single(e => e.Row.Id == on),
            Learned = learned,
            Elsewhere = stored.Where(s => !s.IsOwn).Select(s => (s.RunId, s.SetHash)).ToHashSet(),
        };

        string Name(RunRow row) => alike.Contains(row.Name) ? $"{row.Name} #{row.Id}" : row.Name;

        ComparedEntry Entry(RunRow row, ExperimentSpec spec) => new(row, Name(row), spec, facts[row.Id].ClassNames, Palette.OfRun(row.Id), dashes[row.Id],
            spec.Training.StepsPerEpoch(facts[row.Id].TrainCount), epochs.GetValueOrDefault(row.Id, []), tests.GetValueOrDefault(row.Id));
    }

    /// <summary>The intervals where they are known already; else null.</summary>
    public RunIntervals? Known(TestScores test) => intervals.GetValueOrDefault(test.Key);

    /// <summary>The intervals; the bootstrap may take a second.</summary>
    public RunIntervals Intervals(TestScores test) => intervals.TryGetValue(test.Key, out var known) ? known : Keep(intervals, test.Key, RunIntervals.Of(test));

    // By run: its own scores, or with a common test set those on it.
    private static Dictionary<long, (StoredScores Set, long SplitId)> Wanted(IReadOnlyList<RunRow> rows, List<StoredScores> stored, RunRow? common)
    {
        var wanted = new Dictionary<long, (StoredScores, long)>();
        foreach (var row in rows)
        {
            var own = stored.Find(s => s.RunId == row.Id && s.IsOwn && s.VersionId == row.DatasetVersionId);
            if (common is null || row.TestSetHash == common.TestSetHash)
            {
                if (own is not null) wanted[row.Id] = (own, row.SplitId);
            }
            else if (stored.Find(s => s.RunId == row.Id && !s.IsOwn && s.SetHash == common.TestSetHash) is { } there)
                wanted[row.Id] = (there, PredictionScope.SplitOf(there.Scope));
        }
        return wanted;
    }

    // Equal hashes mean equal images and labels, but not equal order: another version may name its files otherwise.
    private static void Align(Dictionary<long, TestScores> tests)
    {
        foreach (var same in tests.Values.ToList().GroupBy(t => t.Run.TestSet.TestSetHash))
        {
            var first = same.First();
            var others = tests.Where(t => t.Value.Run.TestSet.TestSetHash == same.Key && t.Value.Run.TestSet.SplitHash != first.Run.TestSet.SplitHash);
            foreach (var (id, test) in others.ToList())
            {
                var predictions = test.Run.Predictions.InOrderOf(first.Run.Predictions);
                tests[id] = test with { Run = test.Run with { Predictions = predictions }, VersionId = first.VersionId, Ordinals = first.Ordinals };
            }
        }
    }

    private async Task<Dictionary<long, TestScores>> ScoresAsync(LabDbContext db, Dictionary<long, (StoredScores Set, long SplitId)> wanted, CancellationToken cancellationToken)
    {
        var unknown = wanted.Values.Where(w => !scores.ContainsKey(Key(w.Set))).ToDictionary(w => w.Set.Id);
        var ids = unknown.Keys.ToList();
        var blobs = ids.Count == 0
            ? []
            : await db.PredictionSets.AsNoTracking()
                .Where(s => ids.Contains(s.Id))
                .Select(s => new { s.Id, s.Blob })
                .ToDictionaryAsync(s => s.Id, s => s.Blob, cancellationToken);
        var images = new Dictionary<long, SplitContent>();
        foreach (var split in unknown.Values.Select(w => w.SplitId).Distinct()) images[split] = await splits.ReadAsync(split, cancellationToken);
        var read = new ConcurrentDictionary<string, TestScores>();
        // A blob that went away between the two questions belongs to a run that is being deleted.
        Parallel.ForEach(unknown.Values.Where(w => blobs.ContainsKey(w.Set.Id)), w => read[Key(w.Set)] = Read(w.Set, blobs[w.Set.Id], images[w.SplitId]));
        foreach (var (key, test) in read) Keep(scores, key, test);
        return wanted.Select(w => (Id: w.Key, Test: read.GetValueOrDefault(Key(w.Value.Set)) ?? scores.GetValueOrDefault(Key(w.Value.Set))))
            .Where(t => t.Test is not null).ToDictionary(t => t.Id, t => t.Test!);
    }

    private static string Key(StoredScores set) => set.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static TestScores Read(StoredScores set, byte[] blob, SplitContent split)
    {
        var plain = PredictionBlob.Read(blob, split.ClassNames);
        var known = split.Test.Count == plain.Count;
        var predictions = known ? plain with { Groups = split.Test.Groups, ImageIds = split.Test.Ids } : plain;
        var run = new ComparedRun(new TestSetIdentity(split.DatasetHash, split.Hash, set.SetHash, plain.Count, split.ClassNames), predictions, split.PositiveClass);
        return new(Key(set), run, Evaluator.Evaluate(predictions, split.PositiveClass), split.VersionId, known ? split.Test.Ordinals : []);
    }

    // A run that learned from an image of the common test set would flatter itself there: such images count for none.
    private async Task<LearnedImages?> LeaveOutAsync(
        LabDbContext db,
        Dictionary<long, TestScores> tests,
        IReadOnlyList<RunRow> rows,
        RunRow common,
        Func<RunRow, string> name,
        CancellationToken cancellationToken)
    {
        if (!tests.TryGetValue(common.Id, out var own) || own.Run.Predictions.ImageIds is not { Count: > 0 } imageIds) return null;
        var contents = imageIds.Select(SplitImages.ContentOf).ToList();
        var (learned, patients) = (new HashSet<string>(), new HashSet<string>());
        var (names, others) = (new List<string>(), new SortedSet<long>());
        foreach (var row in rows.Where(r => tests.ContainsKey(r.Id)))
        {
            var behind = (await db.SplitsBehindAsync(row.Id, cancellationToken)).Where(s => s != common.SplitId).ToList();
            foreach (var id in behind)
            {
                var split = await splits.ReadAsync(id, cancellationToken);
                if (!names.Contains(name(row)) && contents.Exists(split.Learned.Contains)) names.Add(name(row));
                learned.UnionWith(split.Learned);
                // Names of patients mean something within one dataset only.
                if (split.DatasetId == common.DatasetId) patients.UnionWith(split.LearnedGroups);
            }
            others.UnionWith(behind);
        }
        var kept = Enumerable.Range(0, contents.Count).Where(i => !learned.Contains(contents[i])).ToList();
        var groups = own.Run.Predictions.Groups;
        var shared = groups.Count == 0 ? 0 : kept.Select(i => groups[i]).Where(g => g is not null && patients.Contains(g)).Distinct().Count();
        if (kept.Count == contents.Count && shared == 0) return null;
        if (kept.Count < contents.Count)
            foreach (var (id, test) in tests.ToList())
                if (kept.Count == 0) tests.Remove(id);
                else tests[id] = test.Only(kept, string.Join('.', others));
        return new(contents.Count - kept.Count, contents.Count, shared, names);
    }

    private static T Keep<T>(ConcurrentDictionary<string, T> cache, string key, T value)
    {
        if (cache.Count >= Kept) cache.Clear();
        cache[key] = value;
        return value;
    }
}
