using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Home;

/// <summary>The best runs on one test set.</summary>
/// <param name="TestSetHash">Hash of the test images and labels: only runs with equal ones stand in one list.</param>
/// <param name="Runs">Best accuracy first.</param>
/// <param name="Total">Runs with this test set.</param>
public sealed record Leaderboard(string TestSetHash, IReadOnlyList<RunRow> Runs, int Total)
{
    /// <summary>95 % interval of a run's accuracy after Wilson; images count as independent.</summary>
    public static Interval? IntervalOf(RunRow run) => run is { Accuracy: { } accuracy, TestCount: { } count and > 0 }
        ? ProportionIntervals.Wilson((int)Math.Round(accuracy * count), count)
        : null;
}

/// <summary>Reads leaderboards.</summary>
public sealed class LeaderboardReader(IDbContextFactory<LabDbContext> contexts, RunQueries queries)
{
    /// <summary>Leaderboards of the test sets with the latest results.</summary>
    /// <param name="sets">Most leaderboards.</param>
    /// <param name="runs">Most runs of each.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<Leaderboard>> ReadAsync(int sets, int runs, CancellationToken cancellationToken = default)
    {
        List<(string Hash, int Count)> latest;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            var groups = await db.Runs.Where(r => r.Status == RunStatus.Succeeded && r.TrashedAt == null && !r.Archived && r.TestSetHash != null && r.Accuracy != null)
                .GroupBy(r => r.TestSetHash!).Select(g => new { g.Key, Count = g.Count(), Last = g.Max(r => r.Id) })
                .OrderByDescending(g => g.Last).Take(sets).ToListAsync(cancellationToken);
            latest = groups.ConvertAll(g => (g.Key, g.Count));
        }
        var boards = new List<Leaderboard>();
        foreach (var (hash, count) in latest)
        {
            var filter = new RunFilter { Statuses = [RunStatus.Succeeded], TestSetHash = hash, Sort = RunSort.Accuracy, Take = runs };
            boards.Add(new(hash, (await queries.ListAsync(filter, cancellationToken)).Items, count));
        }
        return boards;
    }
}
