using System.Data.Common;
using MalariaLab.Core.Jobs;
using MalariaLab.Worker.Runs;

namespace MalariaLab.Worker.Tests;

public sealed class RunObserverTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("malarialab-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Durably_ADatabaseThatIsAwayForAMoment_IsAskedAgain()
    {
        using var log = new RunLog(Path.Combine(_folder.FullName, "run.log"), TimeProvider.System);
        var observer = Observer(log);
        var tries = 0;

        await observer.DurablyAsync(() => ++tries < 3 ? throw new InvalidOperationException("likely due to a transient failure", new Lost()) : Task.CompletedTask);
        Assert.Equal(3, tries);

        await Assert.ThrowsAsync<InvalidOperationException>(() => observer.DurablyAsync(() => { tries++; throw new InvalidOperationException("a mistake"); }));
        Assert.Equal(4, tries);
    }

    [Fact]
    public async Task Durably_ADatabaseThatStaysAway_FailsAfterSevenTries()
    {
        using var log = new RunLog(Path.Combine(_folder.FullName, "run.log"), TimeProvider.System);
        var tries = 0;

        await Assert.ThrowsAsync<Lost>(() => Observer(log).DurablyAsync(() => { tries++; throw new Lost(); }));
        Assert.Equal(7, tries);
    }

    private static RunObserver Observer(RunLog log) =>
        new(null!, new JobContext { Kind = JobKind.Run, Id = 1, Ticket = "t", Attempt = 1 }, log, new Hasty(), TestContext.Current.CancellationToken);

    private sealed class Lost() : DbException("the connection is gone");

    /// <summary>A clock whose timers are due at once.</summary>
    private sealed class Hasty : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
