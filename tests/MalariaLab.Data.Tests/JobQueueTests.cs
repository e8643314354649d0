using System.Collections.Concurrent;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Weights;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Data.Tests;

public sealed class JobQueueOnSqlite(PostgresServer postgres) : JobQueueTests(LabDatabase.Sqlite, postgres);

public sealed class JobQueueOnPostgres(PostgresServer postgres) : JobQueueTests(LabDatabase.Postgres, postgres);

/// <summary>The real queue between two miniature processes.</summary>
public abstract class JobQueueTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task Queue_WithPriorities_StartsHigherFirstThenInOrderOfArrival()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        var data = await lab.DataAsync();
        var runs = new List<(long Id, int Priority)>();
        foreach (var priority in (int[])[0, 0, 2, 0, -1, 2, 1, 0]) runs.Add((await EnqueueAsync(web, data, priority), priority));
        await web.Get<RunCommands>().MoveBeforeAsync(runs[7].Id, runs[1].Id);
        await web.Get<RunCommands>().CancelAsync(runs[3].Id, Seeds.Ana);

        var started = new ConcurrentQueue<long>();
        await using var worker = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, async (job, services, _) =>
        {
            started.Enqueue(job.Id);
            await FinishAsync(services, job);
            return null;
        });
        await UntilAsync(() => Task.FromResult(started.Count == 7));

        Assert.Equal([runs[2].Id, runs[5].Id, runs[6].Id, runs[0].Id, runs[7].Id, runs[1].Id, runs[4].Id], started);
    }

    [Fact]
    public async Task Cancel_OfARunningRun_EndsItCanceled()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        await using var worker = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, ForeverAsync);
        var id = await EnqueueAsync(web, await lab.DataAsync());
        await UntilAsync(async () => (await lab.RunAsync(id)).Status == RunStatus.Preparing);
        await web.Get<RunCommands>().CancelAsync(id, Seeds.Ana);
        await UntilAsync(async () => (await lab.RunAsync(id)).Status == RunStatus.Canceled);
        Assert.NotNull((await lab.RunAsync(id)).FinishedAt);
    }

    [Fact]
    public async Task Prediction_BehindEvaluationsThatNeverEnd_Starts()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        var tasks = web.Get<LabTasks>();
        for (var i = 0; i < 3; i++) await tasks.EnqueueAsync(new NewTask(JobKind.Evaluation, $"evaluation {i}"), Seeds.Ana);
        var prediction = await tasks.EnqueueAsync(new NewTask(JobKind.Prediction, "prediction"), Seeds.Ana);
        await using var worker = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, ForeverAsync, JobKind.Evaluation);
        // This worker has nobody for predictions, so that one fails as soon as it starts.
        await UntilAsync(async () => (await tasks.FindAsync(prediction))!.Status == LabTaskStatus.Failed);
    }

    [Fact]
    public async Task Shutdown_OfTheWorker_InterruptsAndTheNextOneGoesOn()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        var id = await EnqueueAsync(web, await lab.DataAsync());
        await using (var first = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, ForeverAsync))
            await UntilAsync(async () => (await lab.RunAsync(id)).Status == RunStatus.Preparing);
        Assert.Equal((RunStatus.Interrupted, "Worker w1 was shut down."), ((await lab.RunAsync(id)).Status, (await lab.RunAsync(id)).Reason));

        await using var second = await QuartzProcess.WorkerAsync(lab, Seeds.Worker with { Session = "s2" }, FinishingAsync);
        await web.Get<Reconciler>().PassAsync();
        await UntilAsync(async () => (await lab.RunAsync(id)).Status == RunStatus.Succeeded);
        Assert.Equal(2, (await lab.RunAsync(id)).Attempt);
    }

    [Fact]
    public async Task Takeover_FromAWorkerThatHangs_LetsOnlyTheNewOnePublish()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        var id = await EnqueueAsync(web, await lab.DataAsync());
        using var release = new SemaphoreSlim(0);
        var zombieEnd = new TaskCompletionSource<Exception?>();
        await using var zombie = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, async (job, services, _) =>
        {
            // Deaf to its token, like a process that is stopped by a debugger or a full disk.
            await release.WaitAsync(CancellationToken.None);
            zombieEnd.SetResult(await Record.ExceptionAsync(() => services.GetRequiredService<RunExecution>().SaveEpochAsync(job.Id, job.Ticket, Seeds.Epoch(1))));
            return null;
        });
        await UntilAsync(async () => (await lab.RunAsync(id)).Status == RunStatus.Preparing);

        await using var next = await QuartzProcess.WorkerAsync(lab, Seeds.Worker with { Session = "s2" }, FinishingAsync);
        await web.Get<Reconciler>().PassAsync();
        await UntilAsync(async () => (await lab.RunAsync(id)).Status == RunStatus.Succeeded);
        release.Release();

        Assert.IsType<OwnershipLostException>(await zombieEnd.Task.WaitAsync(Patience.Limit));
        await using var db = lab.Db();
        Assert.False(await db.Epochs.AnyAsync());
        Assert.Equal((RunStatus.Succeeded, 2), ((await lab.RunAsync(id)).Status, (await lab.RunAsync(id)).Attempt));
    }

    [Fact]
    public async Task Failure_WithASentence_IsTheRunsReasonAndOthersAreInternalErrors()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        var data = await lab.DataAsync();
        var explained = await EnqueueAsync(web, data);
        var internalError = await EnqueueAsync(web, data);
        var full = await EnqueueAsync(web, data);
        var silent = await EnqueueAsync(web, data);
        await using var worker = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, (job, _, _) =>
            job.Id == explained ? throw new ExplainedException("The loss became NaN in epoch 2: lower the learning rate.")
            : job.Id == internalError ? throw new InvalidOperationException("index")
            : job.Id == full ? throw new AggregateException(FillDisk())
            : Task.FromResult<string?>(null));
        await UntilAsync(async () => (await lab.RunAsync(silent)).Status == RunStatus.Failed);
        Assert.Equal("The loss became NaN in epoch 2: lower the learning rate.", (await lab.RunAsync(explained)).Reason);
        Assert.Equal("An internal error ended it: index The worker's log has the details.", (await lab.RunAsync(internalError)).Reason);
        Assert.Equal("The disk that holds the lab's data is full. Free some space and resume the run: it goes on from its last checkpoint.", (await lab.RunAsync(full)).Reason);
        Assert.Equal("The worker returned without finishing the run.", (await lab.RunAsync(silent)).Reason);
    }

    // A real one, where the machine has the device for it.
    private static IOException FillDisk()
    {
        const int NoSpaceLeft = 28;
        if (!File.Exists("/dev/full")) return new IOException("full", NoSpaceLeft);
        return Assert.Throws<IOException>(() =>
        {
            using var disk = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            disk.WriteByte(1);
        });
    }

    [Fact]
    public async Task Task_Executed_ReportsProgressAndGivesItsResultBesideARunningTraining()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        var seen = new TaskCompletionSource();
        await using var worker = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, async (job, _, token) =>
        {
            job.Progress.Report(("Scoring", 0.25));
            await seen.Task.WaitAsync(token);
            return $$"""{"subject":{{job.SubjectId}},"payload":{{job.PayloadJson}}}""";
        }, JobKind.Prediction);
        var tasks = web.Get<LabTasks>();
        var request = new NewTask(JobKind.Prediction, "Prediction", 7, "[1]");
        var id = await tasks.EnqueueAsync(request, Seeds.Ana);
        Assert.Equal(id, await tasks.EnsureAsync(request, Seeds.Ana));
        await UntilAsync(async () => (await tasks.FindAsync(id))!.Progress == 0.25);
        seen.SetResult();
        var result = await tasks.ResultAsync<Dictionary<string, object>>(id);
        Assert.Equal(["subject", "payload"], result.Keys);
        Assert.Equal((LabTaskStatus.Succeeded, 1.0), ((await tasks.FindAsync(id))!.Status, (await tasks.FindAsync(id))!.Progress));
    }

    [Fact]
    public async Task OfficialWeights_AskedForByTwo_AreFetchedOnce()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var library = lab.Get<WeightsLibrary>();
        await using var db = lab.Db();
        var bo = new LabUser { UserName = "bo", DisplayName = "Bo" };
        db.Users.Add(bo);
        await db.SaveChangesAsync();
        var (first, second) = (OfficialWeights.All[0].Key, OfficialWeights.All[1].Key);
        var task = await library.DownloadAsync(first, Seeds.Ana);
        Assert.Equal(task, await library.DownloadAsync(first, new(bo.Id, "Bo")));
        Assert.NotEqual(task, await library.DownloadAsync(second, Seeds.Ana));
    }

    [Fact]
    public async Task Pause_OfTheQueue_HoldsWaitingRunsAndSaysWhy()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await using var web = await QuartzProcess.WebAsync(lab);
        var queue = web.Get<IJobScheduler>();
        await queue.PauseRunsAsync("Maintenance", Seeds.Ana);
        var id = await EnqueueAsync(web, await lab.DataAsync());
        await using var worker = await QuartzProcess.WorkerAsync(lab, Seeds.Worker, FinishingAsync);
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(RunStatus.Queued, (await lab.RunAsync(id)).Status);
        Assert.Equal(("Maintenance", "Ana"), (await queue.PauseStateAsync()) is { } pause ? (pause.Reason, pause.By) : default);
        await queue.ResumeRunsAsync();
        await UntilAsync(async () => (await lab.RunAsync(id)).Status == RunStatus.Succeeded);
        Assert.Null(await queue.PauseStateAsync());
    }

    private static async Task<long> EnqueueAsync(QuartzProcess web, (DatasetVersion Version, Split Split) data, int priority = 0)
    {
        var commands = web.Get<RunCommands>();
        var id = await commands.CreateAsync(new NewRun { Spec = Seeds.Spec(data.Version, data.Split), Name = $"run {priority}", Priority = priority }, Seeds.Ana);
        await commands.EnqueueAsync(id, Seeds.Ana);
        return id;
    }

    private static async Task<string?> ForeverAsync(JobContext job, IServiceProvider services, CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        return null;
    }

    private static async Task<string?> FinishingAsync(JobContext job, IServiceProvider services, CancellationToken token)
    {
        await FinishAsync(services, job);
        return null;
    }

    private static async Task FinishAsync(IServiceProvider services, JobContext job)
    {
        var runs = services.GetRequiredService<RunExecution>();
        await runs.MoveAsync(job.Id, job.Ticket, RunStatus.Training);
        await runs.MoveAsync(job.Id, job.Ticket, RunStatus.Evaluating);
        await runs.MoveAsync(job.Id, job.Ticket, RunStatus.Succeeded);
    }

    private static Task UntilAsync(Func<Task<bool>> condition) => Patience.UntilAsync(condition, "The queue never came to the state that was waited for.");
}
