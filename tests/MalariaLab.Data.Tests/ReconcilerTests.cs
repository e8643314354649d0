using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace MalariaLab.Data.Tests;

public sealed class ReconcilerOnSqlite(PostgresServer postgres) : ReconcilerTests(LabDatabase.Sqlite, postgres);

public sealed class ReconcilerOnPostgres(PostgresServer postgres) : ReconcilerTests(LabDatabase.Postgres, postgres);

public abstract class ReconcilerTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task Pass_WithABeatingWorker_LeavesItsRunAlone()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        await PassesAsync(lab, Reconciler(lab), 12, () => lab.Get<WorkerRegistry>().BeatAsync(Seeds.Worker, WorkerState.Busy));
        Assert.Equal((RunStatus.Training, run.Ticket), ((await lab.RunAsync(run.Id)).Status, (await lab.RunAsync(run.Id)).Ticket));
    }

    [Fact]
    public async Task Pass_WithASilentWorker_QueuesItsRunAgainInItsOldPlace()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var queuedAt = (await lab.RunAsync(run.Id)).QueuedAt;
        await PassesAsync(lab, Reconciler(lab), 5);

        var row = await lab.RunAsync(run.Id);
        Assert.Equal((RunStatus.Queued, "Worker w1 was silent for 30 seconds.", queuedAt), (row.Status, row.Reason, row.QueuedAt));
        Assert.NotEqual(run.Ticket, row.Ticket);
        Assert.Equal(queuedAt, lab.Get<FakeScheduler>().Jobs[row.Ticket].QueuedAt);
        Assert.Null(await lab.Get<RunExecution>().ClaimAsync(run.Id, run.Ticket, Seeds.Worker));
    }

    [Fact]
    public async Task Pass_AfterAStallOfTheObserver_DoesNotBlameTheWorker()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var reconciler = Reconciler(lab);
        await reconciler.PassAsync();
        lab.Time.AdvanceSeconds(300);
        await reconciler.PassAsync();
        Assert.Equal(RunStatus.Training, (await lab.RunAsync(run.Id)).Status);
    }

    [Fact]
    public async Task Pass_AfterARestartOfTheWorker_TakesItsOldRunBackAtOnce()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        await lab.Get<WorkerRegistry>().StartAsync(Seeds.Worker with { Session = "s2" }, new WorkerInfo("CPU", "{}", "v", "1.13"));
        await Reconciler(lab).PassAsync();
        Assert.Equal(RunStatus.Queued, (await lab.RunAsync(run.Id)).Status);
        Assert.False(await lab.Get<WorkerRegistry>().BeatAsync(Seeds.Worker, WorkerState.Idle));
    }

    [Fact]
    public async Task Pass_AfterThreeInterruptions_FailsTheRunWithTheReason()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var execution = lab.Get<RunExecution>();
        for (var start = 1; ; start++)
        {
            var ticket = (await lab.RunAsync(run.Id)).Ticket;
            await execution.MoveAsync(run.Id, ticket, RunStatus.Interrupted, "out of memory");
            await Reconciler(lab).PassAsync();
            if (start == RunStateMachine.MaxAttempts) break;
            Assert.Equal(start + 1, await execution.ClaimAsync(run.Id, (await lab.RunAsync(run.Id)).Ticket, Seeds.Worker));
        }
        var row = await lab.RunAsync(run.Id);
        Assert.Equal((RunStatus.Failed, "Given up after 3 starts. Last: out of memory"), (row.Status, row.Reason));
    }

    [Fact]
    public async Task Pass_AfterThreeInterruptionsOfAnImport_EndsItsVersionToo()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var good = await lab.ImportAsync("cells", 40);
        var started = await lab.Get<DatasetCommands>().StartImportAsync(
            new NewImport { Source = ImportSource.Derived, OriginalName = "x.zip", Options = new() { Changes = new() { ParentVersionId = good.Id } } }, Seeds.Ana);
        for (var start = 1; start <= RunStateMachine.MaxAttempts; start++)
        {
            var job = await lab.ClaimAsync(started);
            Assert.True(await lab.Get<TaskExecution>().EndAsync(job.Id, job.Ticket, LabTaskStatus.Interrupted, "out of memory"));
            await Reconciler(lab).PassAsync();
        }
        var queries = lab.Get<DatasetQueries>();
        Assert.Equal((DatasetVersionStatus.Failed, "Given up after 3 starts. Last: out of memory"), Of(await queries.VersionAsync(started.VersionId)));

        // Tried again it is imported again, whoever looks.
        await lab.Get<LabTasks>().RetryAsync(started.TaskId);
        Assert.Equal(DatasetVersionStatus.Importing, (await queries.VersionAsync(started.VersionId))!.Status);
        var last = await lab.ClaimAsync(started);
        Assert.True(await lab.Get<TaskExecution>().EndAsync(last.Id, last.Ticket, LabTaskStatus.Failed, "The database did not answer."));
        Assert.Equal((DatasetVersionStatus.Failed, "The database did not answer."), Of(await queries.VersionAsync(started.VersionId)));
        Assert.Equal(DatasetVersionStatus.Ready, (await queries.VersionAsync(good.Id))!.Status);

        static (DatasetVersionStatus, string) Of(DatasetVersion? version) => (version!.Status, version.Verdict);
    }

    [Fact]
    public async Task Pass_WithACancelRequestDuringAnInterruption_Cancels()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        await lab.Get<RunCommands>().CancelAsync(run.Id, Seeds.Ana);
        await lab.Get<RunExecution>().MoveAsync(run.Id, run.Ticket, RunStatus.Interrupted);
        await Reconciler(lab).PassAsync();
        Assert.Equal(RunStatus.Canceled, (await lab.RunAsync(run.Id)).Status);
    }

    [Fact]
    public async Task Pass_WithAWaitingRunThatTheQueueLost_PutsItBack()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.QueuedRunAsync();
        var queue = lab.Get<FakeScheduler>().Jobs;
        queue.Clear();
        await Reconciler(lab).PassAsync();
        Assert.Empty(queue);
        lab.Time.AdvanceSeconds(16);
        await Reconciler(lab).PassAsync();
        Assert.Equal(run.Id, Assert.Single(queue).Value.Id);
        Assert.Equal(RunStatus.Queued, (await lab.RunAsync(run.Id)).Status);
    }

    [Fact]
    public async Task Pass_WithARunWhoseJobVanished_WaitsForASecondLook()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        lab.Get<FakeScheduler>().Jobs.Clear();
        var reconciler = Reconciler(lab);
        await reconciler.PassAsync();
        Assert.Equal(RunStatus.Training, (await lab.RunAsync(run.Id)).Status);
        await reconciler.PassAsync();
        Assert.Equal(RunStatus.Queued, (await lab.RunAsync(run.Id)).Status);
    }

    [Fact]
    public async Task Pass_WithATaskOfADeadWorker_QueuesItAgainAndGivesUpAfterThreeStarts()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var tasks = lab.Get<LabTasks>();
        var execution = lab.Get<TaskExecution>();
        var id = await tasks.EnqueueAsync(new NewTask(JobKind.Import, "Import of cells.zip"), Seeds.Ana);
        for (var start = 1; start <= 3; start++)
        {
            var task = (await tasks.FindAsync(id))!;
            Assert.NotNull(await execution.ClaimAsync(id, task.Ticket, Seeds.Worker));
            await Reconciler(lab).PassAsync();
            Assert.False(await execution.EndAsync(id, task.Ticket, LabTaskStatus.Succeeded));
        }
        var end = (await tasks.FindAsync(id))!;
        Assert.Equal((LabTaskStatus.Failed, "Given up after 3 starts. Last: The worker that held it is not known any more."), (end.Status, end.Reason));
        await tasks.RetryAsync(id);
        Assert.Equal((LabTaskStatus.Queued, 0), ((await tasks.FindAsync(id))!.Status, (await tasks.FindAsync(id))!.Attempt));
    }

    private static Reconciler Reconciler(TestLab lab) =>
        new(lab.Get<IDbContextFactory<LabDbContext>>(), lab.Get<IJobScheduler>(), lab.Time, NullLogger<Reconciler>.Instance);

    private static async Task PassesAsync(TestLab lab, Reconciler reconciler, int passes, Func<Task>? between = null)
    {
        for (var i = 0; i < passes; i++)
        {
            await reconciler.PassAsync();
            lab.Time.AdvanceSeconds(10);
            if (between is not null) await between();
        }
    }
}
