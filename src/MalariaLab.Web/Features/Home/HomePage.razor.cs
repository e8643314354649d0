using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Runs;
using MalariaLab.Web.Live;
using MalariaLab.Web.Workers;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Home;

/// <summary>What happens in the lab now.</summary>
public sealed partial class HomePage : LivePage
{
    private const int BoardCount = 4, BoardRuns = 5;
    private static readonly RunStatus[] Finished = [RunStatus.Succeeded, RunStatus.Failed, RunStatus.Canceled];

    private IReadOnlyList<QueueRow> running = [], waiting = [];
    private IReadOnlyList<RunRow> latest = [];
    private IReadOnlyDictionary<long, IReadOnlyList<double?>> sparks = new Dictionary<long, IReadOnlyList<double?>>();
    private IReadOnlyList<SeenWorker> workers = [];
    private IReadOnlyList<Leaderboard> boards = [];
    private bool empty;
    private volatile bool isBoardOld = true;

    [Inject]
    private RunQueries Queries { get; set; } = null!;

    [Inject]
    private RunViews Views { get; set; } = null!;

    [Inject]
    private LeaderboardReader Leaderboards { get; set; } = null!;

    [Inject]
    private WorkerSight Sight { get; set; } = null!;

    [Inject]
    private IDbContextFactory<LabDbContext> Contexts { get; set; } = null!;

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id)
    {
        // Progress comes twice a second; who leads changes only when a run does.
        if (kind == ChangeKind.Run) isBoardOld = true;
        return kind is not ChangeKind.Task;
    }

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        await using (var db = await Contexts.CreateDbContextAsync())
            empty = !await db.Datasets.AnyAsync(d => d.TrashedAt == null) && !await db.Runs.AnyAsync();
        if (empty) return;
        var queue = await Queries.QueueAsync();
        running = [.. queue.Where(q => q.Position == 0)];
        waiting = [.. queue.Where(q => q.Position > 0)];
        latest = (await Queries.ListAsync(new RunFilter { Statuses = Finished, Sort = RunSort.Finished, Take = 8 })).Items;
        if (isBoardOld)
        {
            isBoardOld = false;
            boards = await Leaderboards.ReadAsync(BoardCount, BoardRuns);
        }
        workers = Sight.Workers.Count > 0 ? Sight.Workers : await Sight.LookAsync();
        sparks = running.Count == 0 ? sparks : await Views.SparksAsync([.. running.Select(q => q.Row.Id)]);
    }
}
