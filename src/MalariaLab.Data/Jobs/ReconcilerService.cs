using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Data.Jobs;

/// <summary>Runs the <see cref="Reconciler"/> for as long as the process lives; a failed pass is logged and followed by the next.</summary>
internal sealed partial class ReconcilerService(Reconciler reconciler, TimeProvider time, ILogger<ReconcilerService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Reconciler.Interval, time);
        try
        {
            do
            {
                try { await reconciler.PassAsync(stoppingToken); }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested) { LogFailed(e); }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    [LoggerMessage(LogLevel.Error, "A pass over the queue failed; the next follows")]
    private partial void LogFailed(Exception exception);
}
