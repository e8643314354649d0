using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Worker.Hosting;

/// <summary>
/// Announces the worker and beats until it stops. On a thread of its own above the others' priority: a training that takes every core, or a
/// thread pool full of decoders, must not look like a dead worker.
/// </summary>
internal sealed partial class Heartbeat(
    WorkerRegistry registry, WorkerIdentity worker, JobRunner jobs, MachineInfo machine, IHostApplicationLifetime lifetime, ILogger<Heartbeat> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Thread? thread;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await registry.StartAsync(worker, new WorkerInfo(machine.DeviceName, machine.ToJson(), ProgramInfo.Commit, machine.LibTorch), cancellationToken);
        LogStarted(worker.Name, machine.DeviceName, machine.LibTorch, machine.Threads);
        thread = new Thread(Beat) { IsBackground = true, Name = "heartbeat", Priority = ThreadPriority.AboveNormal };
        thread.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        thread?.Join(TimeSpan.FromSeconds(1));
        await registry.BeatAsync(worker, WorkerState.Stopped, cancellationToken);
    }

    public void Dispose() => stop.Dispose();

    private void Beat()
    {
        while (!stop.Token.WaitHandle.WaitOne(WorkerRegistry.BeatInterval))
        {
            try
            {
                var state = jobs.Executing > 0 ? WorkerState.Busy : WorkerState.Idle;
                if (registry.BeatAsync(worker, state, stop.Token).GetAwaiter().GetResult()) continue;
                LogReplaced(worker.Name);
                lifetime.StopApplication();
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The lease is six beats long; the database may be away for some of them.
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Worker {Name} is ready: {Device}, LibTorch {LibTorch}, {Threads} threads")]
    private partial void LogStarted(string name, string device, string libTorch, int threads);

    [LoggerMessage(LogLevel.Error, "Another process works under the name {Name}; this one stops. Give each worker its own Worker:Name.")]
    private partial void LogReplaced(string name);

    [LoggerMessage(LogLevel.Warning, "A heartbeat could not be written")]
    private partial void LogFailed(Exception exception);
}
