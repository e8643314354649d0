using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Bench;

/// <summary>A run that goes on as long as wanted: what a worker writes while it trains, through the same code, without the arithmetic.</summary>
internal sealed class LiveTraining : IAsyncDisposable
{
    public const int SecondsAnEpoch = 5;
    private static readonly WorkerIdentity Worker = new("bench", "bench");
    private const int FirstStep = 1_000_000, Steps = 9_000_000;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, long> _at = [];
    private readonly WebLab _lab;
    private Task _writing = Task.CompletedTask;
    private long _step = FirstStep;

    private LiveTraining(WebLab lab, long run) => (_lab, Run) = (lab, run);

    /// <summary>Row id of the run.</summary>
    public long Run { get; }

    /// <summary>The last step that stands in the database.</summary>
    public long Written => Interlocked.Read(ref _step);

    /// <summary>Ends only when the writing was refused.</summary>
    public Task Writing => _writing;

    /// <summary>Milliseconds since a step was written; null for one from before.</summary>
    public double? Late(long step) => _at.TryGetValue(step, out var at) ? Stopwatch.GetElapsedTime(at).TotalMilliseconds : null;

    /// <summary>Makes the first run of a lab a live one and keeps it so.</summary>
    public static async Task<LiveTraining> StartAsync(WebLab lab)
    {
        await using var db = await lab.Contexts.CreateDbContextAsync();
        var now = DateTimeOffset.UtcNow;
        var run = await db.Runs.OrderBy(r => r.Id).FirstAsync();
        (run.Status, run.Attempt, run.StartedAt, run.FinishedAt) = (RunStatus.Training, 1, now, null);
        (run.Ticket, run.TicketAt, run.WorkerName, run.WorkerSession) = ("bench", now, Worker.Name, Worker.Session);
        db.Add(new RunProgressRow { RunId = run.Id, At = now, Stage = "Training", Epoch = 1, Epochs = 500 });
        await db.SaveChangesAsync();
        await lab.Get<WorkerRegistry>().StartAsync(Worker, new("CPU", "{}", "", ""));
        var training = new LiveTraining(lab, run.Id);
        training._writing = training.WriteAsync(training._stop.Token);
        return training;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var (execution, workers) = (_lab.Get<RunExecution>(), _lab.Get<WorkerRegistry>());
        var epoch = 500;
        for (var step = FirstStep + 1; await second.WaitForNextTickAsync(stop); step++)
        {
            await using var db = await _lab.Contexts.CreateDbContextAsync(stop);
            var now = DateTimeOffset.UtcNow;
            if (step % WorkerRegistry.BeatInterval.Seconds == 0) await workers.BeatAsync(Worker, WorkerState.Busy, stop);
            // A new ticket each time: the web process takes a run for lost whose ticket it misses twice in the job store, where there is none.
            var ticket = string.Create(CultureInfo.InvariantCulture, $"bench-{step}");
            await db.Runs.Where(r => r.Id == Run).ExecuteUpdateAsync(set => set.SetProperty(r => r.Ticket, ticket).SetProperty(r => r.TicketAt, now), stop);
            _at[step] = Stopwatch.GetTimestamp();
            var loss = 1.0 / (step - FirstStep);
            await execution.SaveProgressAsync(Run, ticket, new RunProgress
            {
                Stage = "Training",
                Epoch = epoch + 1,
                Epochs = 1000,
                Step = step,
                Steps = Steps,
                Loss = loss,
                Accuracy = 1 - loss,
                ImagesPerSecond = 900,
                SecondsLeft = Steps - step,
            }, stop);
            Interlocked.Exchange(ref _step, step);
            if ((step - FirstStep) % SecondsAnEpoch == 0)
                await execution.SaveEpochAsync(Run, ticket, new EpochRecord
                {
                    Epoch = ++epoch,
                    TrainLoss = loss,
                    TrainAccuracy = 0.9,
                    ValLoss = 1.1 * loss,
                    ValAccuracy = 0.9,
                    LearningRate = 0.01,
                    Seconds = SecondsAnEpoch,
                    ImagesPerSecond = 900,
                }, stop);
        }
    }
}
