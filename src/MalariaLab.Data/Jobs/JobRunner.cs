using MalariaLab.Core;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Data.Jobs;

/// <summary>Claims a job, executes its handler under watch, and writes how it ended. Never throws: Quartz would try the job again by its own rules.</summary>
public sealed partial class JobRunner(
    IServiceScopeFactory scopes, RunExecution runs, TaskExecution tasks, WorkerIdentity worker, TimeProvider time, ILogger<JobRunner> logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private int executing;

    /// <summary>Jobs that this process executes now.</summary>
    public int Executing => Volatile.Read(ref executing);

    /// <summary>Executes one job if it still is to be had.</summary>
    /// <param name="kind">Kind.</param>
    /// <param name="id">Row id of the run or task.</param>
    /// <param name="ticket">Ticket of the queued job.</param>
    /// <param name="shutdown">Fires when the worker shuts down.</param>
    public async Task RunAsync(JobKind kind, long id, string ticket, CancellationToken shutdown)
    {
        try
        {
            var progress = new LatestProgress();
            var job = await ClaimAsync(kind, id, ticket, progress, shutdown);
            if (job is null) return;
            Interlocked.Increment(ref executing);
            try { await ExecuteAsync(job, progress, shutdown); }
            finally { Interlocked.Decrement(ref executing); }
        }
        catch (Exception e)
        {
            LogLost(e, kind, id);
        }
    }

    private async Task<JobContext?> ClaimAsync(JobKind kind, long id, string ticket, LatestProgress progress, CancellationToken cancellationToken)
    {
        if (kind == JobKind.Run)
            return await runs.ClaimAsync(id, ticket, worker, cancellationToken) is { } attempt
                ? new JobContext { Kind = kind, Id = id, Ticket = ticket, Attempt = attempt }
                : null;
        return await tasks.ClaimAsync(id, ticket, worker, cancellationToken) is { } task
            ? new JobContext { Kind = kind, Id = id, Ticket = ticket, Attempt = task.Attempt, SubjectId = task.SubjectId, PayloadJson = task.PayloadJson, Progress = progress }
            : null;
    }

    private async Task ExecuteAsync(JobContext job, LatestProgress progress, CancellationToken shutdown)
    {
        using var stop = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        await using var onShutdown = shutdown.Register(() => Stop(job, StopReason.Shutdown, stop));
        var watching = WatchAsync(job, progress, stop, ended.Token);
        string? result = null;
        Exception? failure = null;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var handler = scope.ServiceProvider.GetServices<IJobHandler>().FirstOrDefault(h => h.Kind == job.Kind)
                ?? throw new ExplainedException($"This worker can't do jobs of kind {job.Kind}: it runs another version of the program.");
            // A thread of its own: training blocks for hours, and blocked pool threads delay everything else.
            result = await Task.Factory
                .StartNew(() => handler.ExecuteAsync(job, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .Unwrap();
        }
        catch (Exception e)
        {
            failure = e;
        }
        await ended.CancelAsync();
        await watching;
        await EndAsync(job, result, failure);
    }

    private async Task WatchAsync(JobContext job, LatestProgress progress, CancellationTokenSource stop, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
                try
                {
                    if (progress.Take() is { } latest) await tasks.SaveProgressAsync(job.Id, job.Ticket, latest.Stage, latest.Share, ended);
                    var reason = await (job.Kind == JobKind.Run ? runs.StopReasonAsync(job.Id, job.Ticket, ended) : tasks.StopReasonAsync(job.Id, job.Ticket, ended));
                    if (reason != StopReason.None) Stop(job, reason, stop);
                }
                catch (Exception e) when (!ended.IsCancellationRequested) { LogLookFailed(e, job.Kind, job.Id); }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested) { }
    }

    private static void Stop(JobContext job, StopReason reason, CancellationTokenSource stop)
    {
        lock (job)
        {
            if (job.Stop is StopReason.None or StopReason.Shutdown) job.Stop = reason;
        }
        try { stop.Cancel(); }
        catch (ObjectDisposedException) { }
    }

    private async Task EndAsync(JobContext job, string? result, Exception? failure)
    {
        var stopped = failure is OperationCanceledException && job.Stop != StopReason.None;
        if (failure is OwnershipLostException || (stopped && job.Stop == StopReason.OwnershipLost))
        {
            LogOwnershipLost(job.Kind, job.Id);
            return;
        }
        if (failure is not null && !stopped) LogFailed(failure, job.Kind, job.Id);
        var reason = failure switch
        {
            null => "",
            _ when stopped => job.Stop == StopReason.Canceled ? "Canceled." : $"Worker {worker.Name} was shut down.",
            ExplainedException explained => explained.Message,
            _ when DiskFull.Is(failure) => "The disk that holds the lab's data is full. " + (job.Kind == JobKind.Run
                ? "Free some space and resume the run: it goes on from its last checkpoint."
                : "Free some space and try again."),
            _ => $"An internal error ended it: {failure.Message} The worker's log has the details.",
        };
        // A busy or briefly unreachable database must not cost a finished job; after that the reconciler takes over.
        for (var attempt = 1; ; attempt++)
            try
            {
                if (job.Kind == JobKind.Run) await EndRunAsync(job, failure, stopped, reason);
                else await tasks.EndAsync(job.Id, job.Ticket, failure is null ? LabTaskStatus.Succeeded : !stopped ? LabTaskStatus.Failed
                    : job.Stop == StopReason.Canceled ? LabTaskStatus.Canceled : LabTaskStatus.Interrupted, reason, result);
                return;
            }
            catch (Exception e) when (attempt < 5)
            {
                LogLookFailed(e, job.Kind, job.Id);
                await Task.Delay(TimeSpan.FromSeconds(attempt), time);
            }
    }

    private async Task EndRunAsync(JobContext job, Exception? failure, bool stopped, string reason)
    {
        var to = stopped ? job.Stop == StopReason.Canceled ? RunStatus.Canceled : RunStatus.Interrupted : RunStatus.Failed;
        try { await runs.MoveAsync(job.Id, job.Ticket, to, failure is null ? "The worker returned without finishing the run." : reason); }
        catch (OwnershipLostException)
        {
            // Either the handler has written the end itself, or someone else has the run.
            if (failure is not null) LogOwnershipLost(job.Kind, job.Id);
        }
    }

    /// <summary>Keeps the last report until the watcher writes it.</summary>
    private sealed class LatestProgress : IProgress<(string Stage, double? Share)>
    {
        private Tuple<string, double?>? latest;

        public void Report((string Stage, double? Share) value) => Volatile.Write(ref latest, Tuple.Create(value.Stage, value.Share));

        public (string Stage, double? Share)? Take() => Interlocked.Exchange(ref latest, null) is { } value ? (value.Item1, value.Item2) : null;
    }

    [LoggerMessage(LogLevel.Error, "{Kind} {Id} failed")]
    private partial void LogFailed(Exception exception, JobKind kind, long id);

    [LoggerMessage(LogLevel.Error, "The end of {Kind} {Id} could not be written; the reconciler will find it")]
    private partial void LogLost(Exception exception, JobKind kind, long id);

    [LoggerMessage(LogLevel.Warning, "{Kind} {Id}: lost ownership, nothing more is written")]
    private partial void LogOwnershipLost(JobKind kind, long id);

    [LoggerMessage(LogLevel.Warning, "{Kind} {Id}: the database did not answer, trying again")]
    private partial void LogLookFailed(Exception exception, JobKind kind, long id);
}
