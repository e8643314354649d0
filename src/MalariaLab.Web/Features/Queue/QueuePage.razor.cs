using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Runs;
using MalariaLab.Web.Live;
using MalariaLab.Web.Localisation;
using MalariaLab.Web.Workers;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Queue;

/// <summary>Who runs, who waits, and why.</summary>
public sealed partial class QueuePage : LivePage
{
    private IReadOnlyList<RunRow> running = [], waiting = [];
    private IReadOnlyDictionary<long, RunProgress> progress = new Dictionary<long, RunProgress>();
    private IReadOnlyList<SeenWorker> workers = [];
    private IReadOnlyList<LabTask> tasks = [];
    private QueuePause? pause;

    [Inject]
    private RunTable Table { get; set; } = null!;

    [Inject]
    private RunDetails Details { get; set; } = null!;

    [Inject]
    private RunCommands Commands { get; set; } = null!;

    [Inject]
    private LabTasks Tasks { get; set; } = null!;

    [Inject]
    private IJobScheduler Scheduler { get; set; } = null!;

    [Inject]
    private WorkerSight Sight { get; set; } = null!;

    /// <summary>Why nobody starts a waiting run now, as a sentence.</summary>
    public static string Reason(Words words, int place, RunRow run, QueuePause? pause, IReadOnlyList<SeenWorker> workers, int running) => (place, pause, workers.Count(w => w.Alive)) switch
    {
        (_, not null, _) => words["The queue is paused."],
        (_, _, 0) => words["No worker is there."],
        _ when run.Status == RunStatus.Interrupted => words["Its worker went away; it is queued again in a moment."],
        (0, _, _) when running == 0 => words["Starts in a moment."],
        (0, _, var alive) => words[alive == 1 ? "Next, when the worker is free." : "Next, when one of {0} workers is free.", alive],
        _ => words["Behind {0} others.", place],
    };

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind is not (ChangeKind.Epoch or ChangeKind.Dataset);

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        running = await Table.InStatesAsync([RunStatus.Preparing, RunStatus.Training, RunStatus.Evaluating]);
        waiting = await Table.InStatesAsync([RunStatus.Queued, RunStatus.Interrupted]);
        progress = await Details.ProgressAsync([.. running.Select(r => r.Id)]);
        pause = await Scheduler.PauseStateAsync();
        workers = Sight.Workers;
        tasks = [.. (await Tasks.ListAsync(finished: 5)).Where(t => !t.Status.IsFinished() || t.Status == LabTaskStatus.Failed)];
    }

    private string Why(RunRow run) => Reason(T, waiting.ToList().IndexOf(run), run, pause, workers, running.Count);

    private Task<bool> Pause() => TryAsync(() => Scheduler.PauseRunsAsync("", Actor));

    // One place up or down: directly before the neighbour above, or before the one after the neighbour below.
    private Task Move(RunRow run, int by)
    {
        var place = waiting.ToList().FindIndex(r => r.Id == run.Id);
        var before = by < 0 ? place - 1 : place + 2;
        if (place < 0 || before < 0 || place + by >= waiting.Count) return Task.CompletedTask;
        return TryAsync(() => Commands.MoveBeforeAsync(run.Id, before < waiting.Count ? waiting[before].Id : null));
    }
}
