using System.Diagnostics;
using MalariaLab.Data;
using MalariaLab.Web.Hosting;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Workers;

/// <summary>State of the local worker process.</summary>
public enum WorkerProcessState
{
    /// <summary>Not this process's business.</summary>
    Off,

    /// <summary>Runs.</summary>
    Running,

    /// <summary>Ended unasked; started again after a pause.</summary>
    Restarting,

    /// <summary>Its program is not where it should be.</summary>
    Missing,

    /// <summary>The lab shuts down.</summary>
    Stopped,
}

/// <summary>Starts one worker beside the web process, keeps its log, and starts it again with growing pauses when it ends.</summary>
public sealed partial class WorkerSupervisor(
    WorkerProgram program, IOptions<WorkerSettings> settings, LabPaths paths, TimeProvider clock, ILogger<WorkerSupervisor> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1), Stable = TimeSpan.FromMinutes(1), Grace = TimeSpan.FromSeconds(20);

    /// <summary>Its output.</summary>
    public RollingLog Log { get; } = new(paths.Logs, "worker");

    /// <summary>State now.</summary>
    public WorkerProcessState State { get; private set; } = settings.Value.Local ? WorkerProcessState.Restarting : WorkerProcessState.Off;

    /// <summary>Starts so far.</summary>
    public int Starts { get; private set; }

    /// <summary>Raised after every change of state.</summary>
    public event Action? Changed;

    /// <summary>The pause before the next start, after this many ends in a row: 1, 2, 4 … 60 s.</summary>
    public static TimeSpan Pause(int endsInARow) =>
        TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Clamp(endsInARow - 1, 0, 10))));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Value.Local) return;
        if (program.Find() is not { } file)
        {
            LogMissing(settings.Value.Path);
            Become(WorkerProcessState.Missing);
            return;
        }
        var endsInARow = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            var end = await RunAsync(file, stoppingToken);
            if (stoppingToken.IsCancellationRequested) break;
            endsInARow = clock.GetElapsedTime(started) > Stable ? 1 : endsInARow + 1;
            var pause = Pause(endsInARow);
            LogEnded(end, pause.TotalSeconds);
            Become(WorkerProcessState.Restarting);
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Become(WorkerProcessState.Stopped);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        Log.Dispose();
    }

    private async Task<string> RunAsync(string file, CancellationToken stop)
    {
        try
        {
            using var process = new Process { StartInfo = program.Start(file) };
            process.OutputDataReceived += (_, e) => Take(e.Data);
            process.ErrorDataReceived += (_, e) => Take(e.Data);
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            Starts++;
            LogStarted(process.Id);
            Become(WorkerProcessState.Running);
            try
            {
                await process.WaitForExitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                await EndAsync(process);
            }
            return $"exit code {process.ExitCode}";
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            return e.Message;
        }
    }

    // Asked first: the worker keeps its checkpoint and gives its run back to the queue.
    private async Task EndAsync(Process process)
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Grace, clock);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private void Take(string? line)
    {
        if (line is not null) Log.Add(line);
    }

    private void Become(WorkerProcessState state)
    {
        State = state;
        Changed?.Invoke();
    }

    [LoggerMessage(LogLevel.Information, "The local worker is process {Id}")]
    private partial void LogStarted(int id);

    [LoggerMessage(LogLevel.Warning, "The local worker ended ({End}); it starts again in {Seconds} s. Its log is logs/worker.log in the data folder")]
    private partial void LogEnded(string end, double seconds);

    [LoggerMessage(LogLevel.Error, "No worker program found (Worker:Path is \"{Path}\"): experiments wait until a worker joins. Build MalariaLab.Worker or set Worker:Path")]
    private partial void LogMissing(string path);
}
