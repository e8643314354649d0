using MalariaLab.Core;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;

namespace MalariaLab.Data.Tests;

public sealed class RunLifecycleOnSqlite(PostgresServer postgres) : RunLifecycleTests(LabDatabase.Sqlite, postgres);

public sealed class RunLifecycleOnPostgres(PostgresServer postgres) : RunLifecycleTests(LabDatabase.Postgres, postgres);

public abstract class RunLifecycleTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task Run_FromDraftToSucceeded_LeavesAnEventForEachMove()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var execution = lab.Get<RunExecution>();
        await execution.MoveAsync(run.Id, run.Ticket, RunStatus.Evaluating);
        await execution.MoveAsync(run.Id, run.Ticket, RunStatus.Succeeded);

        await using var db = lab.Db();
        var events = await db.RunEvents.Where(e => e.RunId == run.Id).OrderBy(e => e.Id).ToListAsync();
        Assert.Equal([RunStatus.Draft, RunStatus.Queued, RunStatus.Preparing, RunStatus.Training, RunStatus.Evaluating, RunStatus.Succeeded], events.Select(e => e.To));
        Assert.Equal(["Ana", "Ana", "w1", "w1", "w1", "w1"], events.Select(e => e.Actor));
        Assert.NotNull((await lab.RunAsync(run.Id)).FinishedAt);
    }

    [Fact]
    public async Task Claim_ByTwoWorkersAtOnce_OneWins()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.QueuedRunAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => Task.Run(() => lab.Get<RunExecution>().ClaimAsync(run.Id, run.Ticket, new WorkerIdentity($"w{i}", "s")))));
        Assert.Equal(1, Assert.Single(claims, c => c is not null));
        Assert.Equal(1, (await lab.RunAsync(run.Id)).Attempt);
    }

    [Fact]
    public async Task Claim_OfACanceledRun_IsRefused()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.QueuedRunAsync();
        Assert.Equal(RunStatus.Canceled, await lab.Get<RunCommands>().CancelAsync(run.Id, Seeds.Ana));
        Assert.Null(await lab.Get<RunExecution>().ClaimAsync(run.Id, run.Ticket, Seeds.Worker));
        Assert.Empty(lab.Get<FakeScheduler>().Jobs);
        Assert.Equal("Canceled by Ana.", (await lab.RunAsync(run.Id)).Reason);
    }

    [Fact]
    public async Task Cancel_OfARunningRun_IsSeenByItsWorkerOnly()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var execution = lab.Get<RunExecution>();
        Assert.Equal(StopReason.None, await execution.StopReasonAsync(run.Id, run.Ticket));
        Assert.Equal(RunStatus.Training, await lab.Get<RunCommands>().CancelAsync(run.Id, Seeds.Ana));
        Assert.Equal(StopReason.Canceled, await execution.StopReasonAsync(run.Id, run.Ticket));
        Assert.Equal(StopReason.OwnershipLost, await execution.StopReasonAsync(run.Id, "another ticket"));
    }

    [Fact]
    public async Task Zombie_AfterTakeover_CanWriteNothing()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var old = await lab.TrainingRunAsync();
        var execution = lab.Get<RunExecution>();
        await execution.MoveAsync(old.Id, old.Ticket, RunStatus.Failed, "stopped");
        await lab.Get<RunCommands>().RetryAsync(old.Id, Seeds.Ana);
        var ticket = (await lab.RunAsync(old.Id)).Ticket;
        Assert.NotEqual(old.Ticket, ticket);
        Assert.NotNull(await execution.ClaimAsync(old.Id, ticket, Seeds.Worker));

        await Assert.ThrowsAsync<OwnershipLostException>(() => execution.SaveEpochAsync(old.Id, old.Ticket, Seeds.Epoch(1)));
        await Assert.ThrowsAsync<OwnershipLostException>(() => execution.SaveProgressAsync(old.Id, old.Ticket, new RunProgress { Stage = "Training" }));
        await Assert.ThrowsAsync<OwnershipLostException>(() => execution.MoveAsync(old.Id, old.Ticket, RunStatus.Failed));
        var artifact = new Artifact { Kind = ArtifactKind.Weights, FileName = "w", Sha256 = "" };
        await Assert.ThrowsAsync<OwnershipLostException>(() => execution.SaveArtifactAsync(old.Id, old.Ticket, artifact));
        await using var db = lab.Db();
        Assert.False(await db.Epochs.AnyAsync());
        Assert.Equal("", (await db.RunProgress.SingleAsync()).Stage);
        Assert.False(await db.Artifacts.AnyAsync());
        Assert.Equal(RunStatus.Preparing, (await lab.RunAsync(old.Id)).Status);
    }

    [Fact]
    public async Task Epoch_SavedTwice_IsOneRowAndTheSummaryFollows()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var execution = lab.Get<RunExecution>();
        await execution.SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(1, 0.4));
        await execution.SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(2, 0.3));
        await execution.SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(3, 0.6));
        await execution.SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(2, 0.5));

        await using var db = lab.Db();
        Assert.Equal([0.4, 0.5, 0.6], await db.Epochs.OrderBy(e => e.Epoch).Select(e => e.ValLoss!.Value).ToListAsync());
        var row = await lab.RunAsync(run.Id);
        Assert.Equal((1, 0.4, 6.0), (row.BestEpoch, row.BestValLoss, row.TrainSeconds));
    }

    [Fact]
    public async Task Epoch_WithoutValidation_HasNoBest()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        await lab.Get<RunExecution>().SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(1, null));
        var row = await lab.RunAsync(run.Id);
        Assert.Null(row.BestEpoch);
        Assert.Equal(1, row.LastEpoch);
    }

    [Fact]
    public async Task Results_Saved_FillTheTableAndReplaceThemselves()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var execution = lab.Get<RunExecution>();
        await using var db = lab.Db();
        var version = (await db.DatasetVersions.SingleAsync()).Id;
        for (var i = 0; i < 2; i++)
        {
            await execution.SavePredictionsAsync(run.Id, run.Ticket, new PredictionSet
            {
                DatasetVersionId = version,
                Scope = PredictionScope.Test,
                SetHash = "h",
                Count = 2,
                Blob = new byte[16],
            });
            var evaluation = new EvaluationRow { DatasetVersionId = version, Scope = PredictionScope.Test, SetHash = "h", ReportJson = "{}" };
            await execution.SaveEvaluationAsync(run.Id, run.Ticket, evaluation, new TestSummary(2, 0.5 + i, null, 1, 0, null, 0.5, 0.7));
        }
        Assert.Equal(1, await db.PredictionSets.CountAsync());
        Assert.Equal(1, await db.Evaluations.CountAsync());
        var row = await lab.RunAsync(run.Id);
        Assert.Equal((1.5, null, 1.0, "h"), (row.Accuracy, row.BalancedAccuracy, row.Sensitivity, row.TestSetHash));
    }

    [Fact]
    public async Task Retry_OfASucceededRun_IsRefusedWithASentence()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var refused = await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<RunCommands>().RetryAsync(run.Id, Seeds.Ana));
        Assert.Equal($"Run {run.Id} is Training; only a failed or canceled run can be tried again.", refused.Message);
    }

    [Fact]
    public async Task Create_WithAForeignSplit_IsRefused()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var (version, _) = await lab.DataAsync("a");
        var (_, split) = await lab.DataAsync("b");
        var request = new NewRun { Spec = Seeds.Spec(version, split), Name = "x" };
        var refused = await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<RunCommands>().CreateAsync(request, Seeds.Ana));
        Assert.Contains("another dataset version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_OfARunThatWentToTheTrashSinceTheLook_IsRefused()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var data = await lab.DataAsync();
        var run = await lab.Get<RunCommands>().CreateAsync(new NewRun { Spec = Seeds.Spec(data.Version, data.Split), Name = "run" }, Seeds.Ana);
        await lab.Get<RunLibrary>().TrashAsync(run);
        await using (var db = lab.Db())
            Assert.False(await db.MoveAsync(run, "", RunStatus.Draft, RunStatus.Queued, Seeds.Ana, "", lab.Time.GetUtcNow(), null, CancellationToken.None));
        Assert.Equal(RunStatus.Draft, (await lab.RunAsync(run)).Status);
    }

    [Fact]
    public async Task Purge_OfATrashedRun_FreesRowsAndFiles()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var library = lab.Get<RunLibrary>();
        await Assert.ThrowsAsync<ExplainedException>(() => library.TrashAsync(run.Id));
        await lab.Get<RunExecution>().SaveEpochAsync(run.Id, run.Ticket, Seeds.Epoch(1));
        await lab.Get<RunExecution>().MoveAsync(run.Id, run.Ticket, RunStatus.Failed, "x");
        var folder = Directory.CreateDirectory(lab.Get<LabPaths>().Run(run.Id)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "w"), new byte[1234]);
        await Assert.ThrowsAsync<ExplainedException>(() => library.PurgeAsync(run.Id));

        await library.TrashAsync(run.Id);
        Assert.Equal(1234, await library.PurgeAsync(run.Id));

        Assert.False(Directory.Exists(folder));
        await using var db = lab.Db();
        Assert.False(await db.Runs.AnyAsync() || await db.Epochs.AnyAsync() || await db.RunEvents.AnyAsync() || await db.Experiments.AnyAsync());
    }

    [Fact]
    public async Task MoveBefore_InTheMiddle_ChangesOnlyThatRunsPlace()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var data = await lab.DataAsync();
        var ids = new List<long>();
        foreach (var priority in (int[])[5, 0, 0, 0])
        {
            ids.Add((await lab.QueuedRunAsync(data, priority: priority)).Id);
            lab.Time.AdvanceSeconds(1);
        }
        var commands = lab.Get<RunCommands>();
        await commands.MoveBeforeAsync(ids[3], ids[2]);
        Assert.Equal([ids[0], ids[1], ids[3], ids[2]], Order());
        await commands.MoveBeforeAsync(ids[3], ids[0]);
        Assert.Equal([ids[3], ids[0], ids[1], ids[2]], Order());
        await commands.MoveBeforeAsync(ids[3], null);
        Assert.Equal([ids[0], ids[1], ids[2], ids[3]], Order());
        await commands.SetPriorityAsync(ids[2], 9);
        Assert.Equal([ids[2], ids[0], ids[1], ids[3]], Order());

        long[] Order() => [.. lab.Get<FakeScheduler>().Jobs.Values.OrderBy(j => j.QueuedAt - (j.Priority * TimeSpan.FromDays(30))).Select(j => j.Id)];
    }

    [Fact]
    public async Task Changes_AfterACursor_AreSeenOnceAndInOrder()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.TrainingRunAsync();
        var feed = lab.Get<ChangeFeed>();
        var cursor = await feed.NowAsync();
        Assert.Empty((await feed.AfterAsync(cursor)).Items);
        await lab.Get<RunExecution>().SaveProgressAsync(run.Id, run.Ticket, new RunProgress { Stage = "Training", Epoch = 1 });
        await lab.Get<RunExecution>().SaveProgressAsync(run.Id, run.Ticket, new RunProgress { Stage = "Training", Epoch = 2 });
        var changes = await feed.AfterAsync(cursor);
        Assert.Equal([(ChangeKind.Progress, run.Id)], changes.Items);
        Assert.Empty((await feed.AfterAsync(changes.Cursor)).Items);
    }
}
