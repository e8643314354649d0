using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;

namespace MalariaLab.Worker.Tests;

public sealed class WorkerProcessTests
{
    [Fact]
    public async Task Worker_SecondOnOneFolder_SaysSoAndExits()
    {
        await using var lab = await TestLab.StartAsync();
        await using var first = new WorkerProcess(lab.Paths.Root);
        await ReadyAsync(lab);

        await using var second = new WorkerProcess(lab.Paths.Root, "--Worker:Name", "second");

        Assert.Equal(2, await second.ExitCodeAsync());
        Assert.Contains("Another worker owns the data folder", second.Output);
        Assert.Equal("test", Assert.Single(await lab.Get<WorkerRegistry>().ListAsync(TestContext.Current.CancellationToken)).Name);
    }

    [Fact]
    public async Task Worker_ParentGone_InterruptsItsRunAndExits()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(100);
        var run = await lab.QueueAsync(TestLab.LeNet(data, epochs: 5000));
        await lab.UntilRunAsync(run, r => r.LastEpoch >= 1);

        worker.CloseInput();

        Assert.Equal(0, await worker.ExitCodeAsync());
        // The reconciler may have queued it again already.
        var left = await lab.UntilRunAsync(run, r => r.Status is RunStatus.Interrupted or RunStatus.Queued);
        Assert.Null(left.FinishedAt);
        var node = Assert.Single(await lab.Get<WorkerRegistry>().ListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(WorkerState.Stopped, node.State);
    }

    [Fact]
    public async Task Worker_Started_AnnouncesItsMachine()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var node = await ReadyAsync(lab);
        Assert.Matches(@"^\d+\.\d+", node.LibTorchVersion);
        Assert.NotEqual("", node.Device);
        Assert.Contains("\"cores\":", node.DeviceJson);
    }

    private static async Task<WorkerNode> ReadyAsync(TestLab lab)
    {
        while (true)
        {
            if (await lab.Get<WorkerRegistry>().ListAsync(TestContext.Current.CancellationToken) is [var node]) return node;
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }
}
