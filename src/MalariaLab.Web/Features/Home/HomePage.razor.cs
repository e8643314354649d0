using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Runs;
using MalariaLab.Web.Live;
using MalariaLab.Web.Workers;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Home;

/// <summary>What happens in the lab now.</summary>
public sealed partial class HomePage : LivePage
{
    private static readonly RunStatus[] Active = [RunStatus.Preparing, RunStatus.Training, RunStatus.Evaluating];

    private IReadOnlyList<RunRow> running = [], waiting = [], latest = [];
    private IReadOnlyDictionary<long, RunProgress> progress = new Dictionary<long, RunProgress>();
    private ILookup<long, double?> sparks = Array.Empty<double?>().ToLookup(_ => 0L);
    private IReadOnlyList<SeenWorker> workers = [];
    private bool empty;

    [Inject]
    private RunTable Table { get; set; } = null!;

    [Inject]
    private RunDetails Details { get; set; } = null!;

    [Inject]
    private WorkerSight Sight { get; set; } = null!;

    [Inject]
    private IDbContextFactory<LabDbContext> Contexts { get; set; } = null!;

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind is not ChangeKind.Task;

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        await using (var db = await Contexts.CreateDbContextAsync())
            empty = !await db.Datasets.AnyAsync(d => d.TrashedAt == null) && !await db.Runs.AnyAsync();
        if (empty) return;
        running = await Table.InStatesAsync(Active);
        waiting = await Table.InStatesAsync([RunStatus.Queued, RunStatus.Interrupted]);
        latest = await Table.LatestAsync(8);
        workers = Sight.Workers.Count > 0 ? Sight.Workers : await Sight.LookAsync();
        if (running.Count == 0) return;
        long[] ids = [.. running.Select(r => r.Id)];
        progress = await Details.ProgressAsync(ids);
        sparks = await Details.SparksAsync(ids);
    }
}
