using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Training;
using MalariaLab.Worker.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Bench;

/// <summary>
/// Records a training as a worker does (a run's rows in the database of a lab of its own, its log) before it goes on to another observer, and counts the
/// time that the training waits for it.
/// </summary>
internal sealed class RecordedRun : ITrainingObserver, IAsyncDisposable
{
    private readonly BenchLab lab;
    private readonly RunLog log;
    private readonly RunObserver records;
    private readonly ITrainingObserver next;
    private readonly long[] begun = new long[Enum.GetValues<TrainingStage>().Length];

    private RecordedRun(BenchLab lab, JobContext job, ITrainingObserver next)
    {
        (this.lab, this.next) = (lab, next);
        log = new RunLog(lab.Get<LabPaths>().RunLog(job.Id), TimeProvider.System);
        records = new RunObserver(lab.Get<RunExecution>(), job, log, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>From the first epoch's beginning to the scoring.</summary>
    public double TrainingSeconds => TimeProvider.System.GetElapsedTime(begun[(int)TrainingStage.Training], begun[(int)TrainingStage.Evaluating]).TotalSeconds;

    /// <summary>How long the training waited for epochs to be recorded.</summary>
    public double RecordSeconds { get; private set; }

    /// <summary>How long it waited within epochs, for progress and log.</summary>
    public double ProgressSeconds { get; private set; }

    public static async Task<RecordedRun> StartAsync(ITrainingObserver next)
    {
        var lab = await BenchLab.StartAsync();
        var contexts = lab.Get<IDbContextFactory<LabDbContext>>();
        await BenchRuns.SeedAsync(contexts, runs: 2, epochs: 0);
        const string ticket = "bench";
        await using var db = lab.Db();
        var run = await db.Runs.OrderBy(r => r.Id).LastAsync();
        await db.Runs.Where(r => r.Id == run.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Queued).SetProperty(r => r.Ticket, ticket));
        await lab.Get<RunExecution>().ClaimAsync(run.Id, ticket, WorkerIdentity.NewSession(ticket));
        return new(lab, new JobContext { Kind = JobKind.Run, Id = run.Id, Ticket = ticket, Attempt = 1 }, next);
    }

    public void OnStage(TrainingStage stage)
    {
        records.OnStage(stage);
        begun[(int)stage] = TimeProvider.System.GetTimestamp();
        next.OnStage(stage);
    }

    public void OnProgress(RunProgress progress)
    {
        ProgressSeconds += Times(() => records.OnProgress(progress));
        next.OnProgress(progress);
    }

    public void OnEpoch(EpochRecord epoch)
    {
        RecordSeconds += Times(() => records.OnEpoch(epoch));
        next.OnEpoch(epoch);
    }

    public void OnLog(string line)
    {
        ProgressSeconds += Times(() => records.OnLog(line));
        next.OnLog(line);
    }

    public ValueTask DisposeAsync()
    {
        log.Dispose();
        return lab.DisposeAsync();
    }

    private static double Times(Action write)
    {
        var start = TimeProvider.System.GetTimestamp();
        write();
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
