using MalariaLab.Data;
using MalariaLab.Testing;
using MalariaLab.Web.Hosting;
using MalariaLab.Web.Workers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class WorkerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("malarialab-worker-").FullName;

    [Fact]
    public async Task Supervisor_WorkerThatEnds_IsStartedAgainAndItsLogKept()
    {
        using var supervisor = Supervisor("echo started with data $Lab__Data; echo oops >&2; exit 3");
        await Until(supervisor, () => supervisor.Starts >= 2);
        Assert.Contains(supervisor.Log.Lines, line => line == $"started with data {folder}");
        await supervisor.StopAsync(TestContext.Current.CancellationToken);
        supervisor.Dispose();
        Assert.Contains("oops", await File.ReadAllTextAsync(supervisor.Log.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Supervisor_Stopped_ClosesTheWorkersInputAndWaitsForItsEnd()
    {
        using var supervisor = Supervisor("echo ready; cat >/dev/null; echo saved; exit 0");
        await Until(supervisor, () => supervisor.Log.Lines.Contains("ready"));
        await supervisor.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(WorkerProcessState.Stopped, supervisor.State);
        Assert.Contains("saved", supervisor.Log.Lines);
    }

    [Fact]
    public async Task Supervisor_WithoutAProgram_SaysSo()
    {
        using var supervisor = Supervisor(null);
        await Until(supervisor, () => supervisor.State == WorkerProcessState.Missing);
    }

    [Fact]
    public void Pause_DoublesUpToAMinute() =>
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], Enumerable.Range(1, 8).Select(n => WorkerSupervisor.Pause(n).TotalSeconds));

    [Fact]
    public void RollingLog_BeyondItsLimit_KeepsSomeOldFilesAndTheLastLines()
    {
        using (var log = new RollingLog(folder, "w", limit: 1000, kept: 2))
        {
            for (var i = 0; i < 700; i++) log.Add($"line {i}");
            Assert.Equal(500, log.Lines.Count);
            Assert.Equal("line 699", log.Lines[^1]);
        }
        Assert.Equal(["w.1.log", "w.2.log", "w.log"], Directory.GetFiles(folder, "w*.log").Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(folder, "w*.log"), file => Assert.InRange(new FileInfo(file).Length, 1, 1100));
    }

    [Fact]
    public void RollingLog_WhereTheDiskRefuses_KeepsTheLinesInMemoryAndWritesAgainLater()
    {
        var missing = Path.Combine(folder, "not yet");
        using var log = new RollingLog(missing, "w");
        log.Add("lost to the file");
        Directory.CreateDirectory(missing);
        log.Add("kept");
        Assert.Equal(["lost to the file", "kept"], log.Lines);
        log.Dispose();
        Assert.Equal(["kept"], File.ReadAllLines(log.Path));
    }

    public void Dispose() => TemporaryFolder.Delete(folder);

    private WorkerSupervisor Supervisor(string? script)
    {
        var path = Path.Combine(folder, "worker.sh");
        if (script is not null)
        {
            File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
            if (OperatingSystem.IsWindows()) Assert.Skip("Needs a shell.");
            else File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var worker = Options.Create(new WorkerSettings { Path = path });
        var program = new WorkerProgram(worker, Options.Create(new LabSettings { Data = folder }));
        var paths = new LabPaths(new LabDataOptions { DataFolder = folder });
        return new WorkerSupervisor(program, worker, paths, TimeProvider.System, NullLogger<WorkerSupervisor>.Instance);
    }

    private static async Task Until(WorkerSupervisor supervisor, Func<bool> reached)
    {
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        await Patience.UntilAsync(reached, "The supervisor never came to the state that was waited for.", TestContext.Current.CancellationToken);
    }
}
