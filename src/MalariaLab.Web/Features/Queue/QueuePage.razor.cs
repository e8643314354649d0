using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Live;
using MalariaLab.Web.Localisation;
using MalariaLab.Web.Workers;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Queue;

/// <summary>Who runs, who waits, and why.</summary>
public sealed partial class QueuePage : LivePage
{
    private IReadOnlyList<QueueRow> running = [], waiting = [];
    private IReadOnlyList<SeenWorker> workers = [];
    private IReadOnlyList<LabTask> tasks = [];
    private QueuePause? pause;

    [Inject]
    private RunQueries Queries { get; set; } = null!;

    [Inject]
    private RunCommands Commands { get; set; } = null!;

    [Inject]
    private LabTasks Tasks { get; set; } = null!;

    [Inject]
    private IJobScheduler Scheduler { get; set; } = null!;

    [Inject]
    private WorkerSight Sight { get; set; } = null!;

    /// <summary>Why a waiting run does not start now, as a sentence.</summary>
    public static string Reason(Words words, QueueRow waiting, QueuePause? pause, IReadOnlyList<SeenWorker> workers, int running) =>
        (waiting.Position, workers.Count(w => w.Alive)) switch
        {
            _ when pause is not null => words["The queue is paused."],
            (_, 0) => words["No worker is there."],
            _ when waiting.Row.Status == RunStatus.Interrupted => words["Its worker went away; it is queued again in a moment."],
            (1, _) when running == 0 => words["Starts in a moment."],
            (1, 1) => words["Next, when the worker is free."],
            (1, var alive) => words["Next, when one of {0} workers is free.", alive],
            (2, _) => words["Behind one other."],
            var (place, _) => words["Behind {0} others.", place - 1],
        };

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind is not (ChangeKind.Epoch or ChangeKind.Dataset);

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        var queue = await Queries.QueueAsync();
        running = [.. queue.Where(q => q.Position == 0)];
        waiting = [.. queue.Where(q => q.Position > 0)];
        pause = await Scheduler.PauseStateAsync();
        workers = Sight.Workers;
        tasks = [.. (await Tasks.ListAsync(finished: 5)).Where(t => !t.Status.IsFinished() || t.Status == LabTaskStatus.Failed)];
    }

    private string Why(QueueRow run) => Reason(T, run, pause, workers, running.Count);

    private Task<bool> Pause() => TryAsync(() => Scheduler.PauseRunsAsync("", Actor));

    // One place up or down: directly before the neighbour above, or before the one after the neighbour below.
    private Task Move(QueueRow run, int by)
    {
        var before = run.Position - 1 + (by < 0 ? -1 : 2);
        return before < 0 ? Task.CompletedTask : TryAsync(() => Commands.MoveBeforeAsync(run.Row.Id, before < waiting.Count ? waiting[before].Row.Id : null));
    }
}
