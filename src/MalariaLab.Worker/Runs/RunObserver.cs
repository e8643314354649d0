using System.Globalization;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Training;

namespace MalariaLab.Worker.Runs;

/// <summary>
/// Writes what a training tells into the database and the run's log. The training's own thread waits for each write, which is what makes an
/// epoch durable before the next begins.
/// </summary>
internal sealed class RunObserver(RunExecution execution, JobContext job, RunLog log, TimeProvider clock, CancellationToken cancellation) : ITrainingObserver
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private long lastProgress;
    private bool isTraining;

    public void OnStage(TrainingStage stage)
    {
        log.Write($"Stage: {stage}");
        isTraining = stage == TrainingStage.Training;
        RunStatus? status = stage switch
        {
            TrainingStage.Training => RunStatus.Training,
            TrainingStage.Evaluating => RunStatus.Evaluating,
            _ => null,
        };
        if (status is { } next) Durably(() => execution.MoveAsync(job.Id, job.Ticket, next, "", cancellation));
    }

    public void OnProgress(RunProgress progress)
    {
        if (lastProgress != 0 && clock.GetElapsedTime(lastProgress) < ProgressInterval) return;
        lastProgress = clock.GetTimestamp();
        try
        {
            Wait(() => execution.SaveProgressAsync(job.Id, job.Ticket, progress, cancellation));
        }
        catch (Exception e) when (DatabaseTrouble.Is(e))
        {
            // A progress that is not seen is no reason to lose a training.
            log.Write($"The progress could not be stored: {e.Message}");
        }
    }

    public void OnEpoch(EpochRecord epoch)
    {
        Durably(() => execution.SaveEpochAsync(job.Id, job.Ticket, epoch, cancellation));
        // A checkpoint's epochs are told again before training goes on; the log has them from when they were trained.
        if (!isTraining) return;
        log.Write(string.Create(CultureInfo.InvariantCulture,
            $"Epoch {epoch.Epoch}: loss {epoch.TrainLoss:0.0000}, accuracy {epoch.TrainAccuracy:0.0000}, "
                + $"validation loss {epoch.ValLoss:0.0000}, validation accuracy {epoch.ValAccuracy:0.0000}, "
                + $"learning rate {epoch.LearningRate:0.###e0}, {epoch.Seconds:0.0} s, {epoch.ImagesPerSecond:0} images/s"));
    }

    public void OnLog(string line) => log.Write(line);

    /// <summary>Tries for a minute, so that a restart of the database server ends neither a training nor the storing of what it gave.</summary>
    public async Task DurablyAsync(Func<Task> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception e) when (attempt < 7 && DatabaseTrouble.Is(e))
            {
                log.Write($"The database did not take a write, trying again: {e.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1 << (attempt - 1)), clock, cancellation);
            }
        }
    }

    private void Durably(Func<Task> write) => Wait(() => DurablyAsync(write));

    // The trainer's interface is synchronous on purpose; its thread is its own, so waiting holds up nothing else.
    private static void Wait(Func<Task> write) => Task.Run(write).GetAwaiter().GetResult();
}
